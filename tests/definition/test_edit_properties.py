"""An edit of any document gives the tree with just that edit, and can be taken back."""

from copy import deepcopy
from typing import Any

from documents import KEYS, aliased_documents, json_documents, paths, trees, yaml_documents
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definition.edit import (
    apply,
    change,
    insert_item,
    remove,
    rename_key,
    reverse,
    set_value,
)
from engine.definition.plain import same
from engine.definition.source import Source, read_source

DOCUMENTS = st.one_of(yaml_documents(), json_documents(), aliased_documents())


def read(text: str) -> Source:
    source = read_source(text)
    assert not source.problems, (text, [str(problem) for problem in source.problems])
    return source


def check(source: Source, edit: Any, expected: Any) -> None:
    text = apply(source.text, edit)
    again = read(text)
    assert same(again.tree(), expected), (source.text, text, again.tree(), expected)
    assert apply(text, reverse(source.text, edit)) == source.text


def at(tree: Any, path: Any) -> Any:
    for step in path:
        tree = tree[step]
    return tree


@given(DOCUMENTS)
def test_a_document_reads_as_its_tree(document: tuple[str, Any]) -> None:
    text, tree = document
    assert same(read(text).tree(), tree), (text, read(text).tree(), tree)


@settings(max_examples=150)
@given(DOCUMENTS, st.data())
def test_setting_a_value_changes_that_value_only(document: tuple[str, Any], data: Any) -> None:
    text, tree = document
    path = data.draw(st.sampled_from(paths(tree)))
    value = data.draw(trees(most=6))
    expected = deepcopy(tree)
    at(expected, path[:-1])[path[-1]] = value
    source = read(text)
    check(source, set_value(source, path, value), expected)


@settings(max_examples=100)
@given(DOCUMENTS, st.data())
def test_a_new_key_is_added(document: tuple[str, Any], data: Any) -> None:
    text, tree = document
    holders = [path for path in [(), *paths(tree)] if isinstance(at(tree, path), dict)]
    path = data.draw(st.sampled_from(holders))
    key = data.draw(KEYS.filter(lambda key: key not in at(tree, path)))
    value = data.draw(trees(most=6))
    expected = deepcopy(tree)
    at(expected, path)[key] = value
    source = read(text)
    check(source, set_value(source, (*path, key), value), expected)


@settings(max_examples=100)
@given(DOCUMENTS, st.data())
def test_removing_takes_one_entry(document: tuple[str, Any], data: Any) -> None:
    text, tree = document
    path = data.draw(st.sampled_from(paths(tree)))
    expected = deepcopy(tree)
    del at(expected, path[:-1])[path[-1]]
    source = read(text)
    check(source, remove(source, path), expected)


@settings(max_examples=100)
@given(DOCUMENTS, st.data())
def test_inserting_adds_one_item(document: tuple[str, Any], data: Any) -> None:
    text, tree = document
    lists = [path for path in paths(tree) if isinstance(at(tree, path), list)]
    if not lists:
        return
    path = data.draw(st.sampled_from(lists))
    index = data.draw(st.integers(0, len(at(tree, path))))
    value = data.draw(trees(most=6))
    expected = deepcopy(tree)
    at(expected, path).insert(index, value)
    source = read(text)
    check(source, insert_item(source, path, index, value), expected)


@settings(max_examples=80)
@given(DOCUMENTS, st.data())
def test_renaming_a_key_keeps_its_value(document: tuple[str, Any], data: Any) -> None:
    text, tree = document
    keys = [path for path in paths(tree) if isinstance(path[-1], str)]
    path = data.draw(st.sampled_from(keys))
    new = data.draw(KEYS.filter(lambda key: key not in at(tree, path[:-1])))
    expected = deepcopy(tree)
    holder = at(expected, path[:-1])
    holder[new] = holder.pop(path[-1])
    source = read(text)
    check(source, rename_key(source, path, new), expected)


@settings(max_examples=100)
@given(DOCUMENTS, st.data())
def test_several_changes_are_made_at_once(document: tuple[str, Any], data: Any) -> None:
    text, tree = document
    source = read(text)
    chosen = data.draw(st.lists(st.sampled_from(paths(tree)), min_size=1, max_size=3, unique=True))
    apart = [p for p in chosen if not any(p != q and p[: len(q)] == q for q in chosen)]
    removed = [path for path in apart if data.draw(st.booleans())]
    values = {path: data.draw(trees(most=3)) for path in apart if path not in removed}
    kept = [path for path in [(), *paths(tree)] if not any(path[: len(a)] == a for a in apart)]
    holders = [path for path in kept if isinstance(at(tree, path), dict)]
    for path in data.draw(st.lists(st.sampled_from(holders), max_size=2)) if holders else []:
        key = data.draw(KEYS.filter(lambda key, path=path: key not in at(tree, path)))
        values[(*path, key)] = data.draw(trees(most=3))
    expected = deepcopy(tree)
    for path, value in values.items():
        at(expected, path[:-1])[path[-1]] = value
    for path in sorted(removed, key=lambda p: [(-s if isinstance(s, int) else 0) for s in p]):
        del at(expected, path[:-1])[path[-1]]
    check(source, change(source, values, removed), expected)
