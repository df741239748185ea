"""The notebook runner."""

import nbformat

from tinygpt_lib.course.make import notebooks


def stream(text):
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def test_stored_notebooks_hold_no_widgets_and_whole_texts():
    widget = nbformat.v4.new_output("display_data", data={notebooks.WIDGET: {}, "text/plain": "IntSlider()"})
    cell = nbformat.v4.new_code_cell("x", outputs=[stream("one\n"), stream("two\n"), widget])
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"widgets": {"state": {}}})
    notebooks.clean(notebook)
    assert "widgets" not in notebook.metadata
    assert [output.text for output in notebook.cells[0].outputs] == ["one\ntwo\n"]


def test_running_a_notebook_stores_its_outputs(tmp_path):
    path = tmp_path / "small.ipynb"
    cells = [nbformat.v4.new_code_cell("print('é', 1 + 1)"), nbformat.v4.new_markdown_cell("text")]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    assert notebooks.main([str(tmp_path)]) == 0
    first, _ = nbformat.read(str(path), as_version=4).cells
    assert first.outputs[0].text == "é 2\n" and first.execution_count == 1


def test_what_is_to_be_mended_is_said(tmp_path, capsys):
    path = tmp_path / "ugly.ipynb"
    draw = "from tinygpt_lib.course.show import plots\n_, ax = plots.axes('T', 'x', 'y')\n"
    draw += "ax.text(0.5, 0.5, 'one'); ax.text(0.5, 0.5, 'two')\nplots.show()"
    cells = [nbformat.v4.new_code_cell(source) for source in ("print('x' * 91)\nprint('y' * 90)", draw)]
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    assert notebooks.main([str(path)]) == 1
    said = capsys.readouterr().out
    assert f"to mend: 91 characters in a line: {'x' * 91}\n" in said and "yyy" not in said
    assert "to mend: 'T': 'one' overlaps 'two'\n" in said
    assert nbformat.read(str(path), as_version=4).cells[0].outputs
