"""Every notebook that shows a widget, run from top to bottom in the browser, in the light and in the dark theme."""

import re

import pytest

from notebooks import LESSONS, NOTEBOOKS, code_cells

SHOWN = {  # notebook -> what it shows: names that a screen reader says, or a panel by the label of one of its controls
    "01_byte_pair_encoding": ["panel: your text"],
    "02_backprop_network": ["Descent at learning rate"],
    "03_alphabetize": ["panel: strings seen"],
    "04_input_encodings": ["progress bar"] * 3 + ["panel: one text"],
    "05_shakespeare": ["Loss curve up to step 2000", "progress bar", "progress bar", "panel: next character"],
    "06_sampling": ["panel: top-N"],
    "07_windows_and_context": ["panel: min_context"],
    "08_network_choices": ["panel: warm-up, share", "panel: seeds used"],
    "09_conversations": ["Loss curve up to step", "progress bar", "panel: question"],
    "10_i_do_not_know": ["progress bar", "progress bar", "progress bar"],
    "12_attention": ["panel: place"],
    "A1_sorting_in_the_original": ["panel: bound"],
}
WIDGETS = re.compile(r"\b(LiveCurve|\w+_panel|token_box)\(|progress=True")


def test_no_notebook_with_a_widget_is_forgotten():
    shown = {path.stem for path in LESSONS for cell in code_cells(path) if WIDGETS.search(cell.source)}
    assert shown and shown <= SHOWN.keys()


@pytest.mark.parametrize("name", SHOWN)
def test_a_notebook_with_widgets(open_notebook, name):
    notebook = open_notebook(next(path for path in LESSONS if path.stem == name).relative_to(NOTEBOOKS).as_posix())
    notebook.theme("light")
    notebook.start_all()
    notebook.wait_for_all()
    assert notebook.not_run() == [] and notebook.errors() == []
    assert notebook.most_messages() < 500
    for theme in ("light", "dark"):
        notebook.theme(theme)
        look(notebook, SHOWN[name], theme)
    if "panel: top-N" in SHOWN[name]:
        play(notebook)
    if "panel: question" in SHOWN[name]:
        talk(notebook)


def look(notebook, shown, theme):
    """All widgets are there, and nothing about them keeps anybody out."""
    page = notebook.page
    for what in dict.fromkeys(shown):
        if what == "progress bar":
            found = page.locator(".widget-hprogress")
        elif what.startswith("panel: "):
            found = notebook.panel(what.removeprefix("panel: "))
        else:
            found = page.get_by_role("img", name=what)
        assert found.count() == shown.count(what), what
        for n in range(found.count()):
            notebook.picture(f"{theme}-{what.replace(':', '').replace(' ', '-')}", found.nth(n))
    assert notebook.barriers() == []


def play(notebook):
    """The sampling panel, by keyboard and mouse: the bars and the sample change, the sample before stays beside it."""
    panel = notebook.panel("top-N")
    bars, samples = panel.get_by_role("img"), panel.locator("pre")
    before = [(bars.get_attribute("src"), samples.first.inner_text())]
    for slider, key, now in (("temperature", "ArrowRight", "temperature 0.9, top 64"), ("top-N", "Home", "0.9, top 1")):
        notebook.slider(slider).press(key)
        panel.get_by_role("img", name=re.compile(f"{now}$")).wait_for()
        before.append((bars.get_attribute("src"), samples.first.inner_text()))
        assert samples.nth(1).inner_text() == before[-2][1]
    assert [len(set(kind)) for kind in zip(*before)] == [3, 3]
    panel.get_by_role("button", name="draw again").click()
    panel.get_by_text("seed 1", exact=False).first.wait_for()
    notebook.picture("played", panel)


def talk(notebook):
    """A question typed into the chat panel is answered; whether the answer is true is the notebook's topic."""
    panel = notebook.panel("question")
    panel.get_by_label("question").fill("In which play does Juliet appear?")
    panel.get_by_label("question").press("Enter")
    panel.get_by_text(re.compile(r"^assistant \w+")).wait_for()
    notebook.settled()
    assert panel.get_by_role("log").get_by_text("In which play does Juliet appear?").count() == 1
    notebook.picture("answered", panel)
