"""What is known of a value before it is computed: one of the last run, else its schema."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET, Struct

from designer.theme.wording import described

MOST = 200
"""Most entries that are looked through."""
ITEMS = 3
"""Items of a list that are offered one by one."""
_TYPES = {"integer": "whole number", "object": "mapping", "array": "list", "string": "text"}


class Known(Struct, frozen=True, kw_only=True):
    """A value, a schema, or entries that are known themselves; a value comes before a schema."""

    value: Any = UNSET
    schema: Mapping[str, Any] = {}
    entries: "Mapping[str, Known] | None" = None
    about: str = ""
    kind: str = ""
    """What an icon shows it as, where that is not its type."""

    @property
    def is_list(self) -> bool:
        if self.value is not UNSET and self.value is not None:
            return isinstance(self.value, list | tuple)
        return self.entries is None and _kinds(self.schema) - {"null"} == {"array"}

    @property
    def is_mapping(self) -> bool:
        if self.value is not UNSET and self.value is not None:
            return isinstance(self.value, Mapping)
        return self.entries is not None or "properties" in self.schema

    @property
    def type_name(self) -> str:
        """``text``, ``mapping``, ``list`` or ``date``: whose methods it has; empty for others."""
        if isinstance(self.value, str) or (
            self.value is UNSET and _kinds(self.schema) == {"string"}
        ):
            return "text"
        return "list" if self.is_list else "mapping" if self.is_mapping else ""

    @property
    def words(self) -> str:
        """Its value in a few words, else its type."""
        if self.value is not UNSET:
            return described(self.value)
        listed = self.schema.get("enum")
        if isinstance(listed, list):
            return " | ".join(str(one) for one in listed[:4])
        kinds = _kinds(self.schema)
        return "" if len(kinds) != 1 else _TYPES.get(*kinds, *kinds)

    @property
    def help(self) -> str:
        """What a schema says of it."""
        return self.about or str(self.schema.get("description", ""))

    @property
    def plain(self) -> Any:
        """Its value with what is known of its entries; UNSET for nothing."""
        if self.entries is None:
            return self.value
        found = {name: entry.plain for name, entry in self.entries.items()}
        return {name: value for name, value in found.items() if value is not UNSET} or UNSET

    def child(self, key: str | int) -> "Known | None":
        """What stands under a name or at an index; None where nothing is known."""
        if self.entries is not None:
            return self.entries.get(str(key))
        value, schema = _value_at(self.value, key), _schema_at(self.schema, key)
        if value is UNSET and schema is None:
            return None
        return Known(value=value, schema=schema or {})

    def follow(self, path: tuple[str | int, ...]) -> "Known | None":
        """What stands at a path below it."""
        found: Known | None = self
        for key in path:
            if found is None:
                return None
            found = found.child(key)
        return found

    def members(self) -> "Iterator[tuple[str | int, Known]]":
        """Its entries by name or index, those of the last run first; of a list the first few."""
        if self.entries is not None:
            yield from self.entries.items()
            return
        for key in self._keys():
            child = self.child(key)
            if child is not None:
                yield key, child

    def _keys(self) -> list[str | int]:
        if self.is_list:
            count = len(self.value) if isinstance(self.value, list | tuple) else 1
            return list(range(min(ITEMS, count)))
        keys: dict[str | int, None] = {}
        if isinstance(self.value, Mapping):
            keys.update(dict.fromkeys(str(key) for key in list(self.value)[:MOST]))
        properties = self.schema.get("properties")
        if isinstance(properties, Mapping):
            keys.update(dict.fromkeys(properties))
        return list(keys)


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    found = schema.get("type", ())
    return {found} if isinstance(found, str) else {str(one) for one in found or ()}


def _value_at(value: Any, key: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(key, UNSET)
    if isinstance(value, list | tuple) and isinstance(key, int) and -len(value) <= key < len(value):
        return value[key]
    return UNSET


def _schema_at(schema: Mapping[str, Any], key: str | int) -> Mapping[str, Any] | None:
    if isinstance(key, int):
        below = schema.get("items")
    else:
        properties = schema.get("properties")
        below = properties.get(key) if isinstance(properties, Mapping) else None
        if below is None:
            below = schema.get("additionalProperties")
    return below if isinstance(below, Mapping) else None
