"""The look that was chosen comes back at the next start."""

from PySide6.QtCore import Qt

from designer.shell.look import remembered_theme


def test_the_look_is_chosen_in_the_settings_and_remembered(studio, qtbot):
    window = studio.window
    window.actions_["go-settings"].trigger()
    window.settings.show_page("look")
    look = window.settings.look
    for control, key in ((look.mode, "contrast"), (look.percent, "125"), (look.motion, "off")):
        qtbot.mouseClick(control.button(key), Qt.MouseButton.LeftButton)
    assert studio.theme.is_contrast
    theme = remembered_theme(window.memory)
    assert (theme.mode, theme.percent, theme.motion_mode) == ("contrast", 125, "off")
    studio.theme.set_mode("light")
    studio.theme.set_percent(100)


def test_text_grows_and_shrinks_by_key(studio):
    window = studio.window
    window.actions_["text-larger"].trigger()
    assert studio.theme.percent == 110
    window.actions_["text-smaller"].trigger()
    window.actions_["text-smaller"].trigger()
    assert studio.theme.percent == 90
    window.actions_["text-normal"].trigger()
    assert studio.theme.percent == 100
