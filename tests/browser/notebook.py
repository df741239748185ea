"""A notebook open in JupyterLab in the browser: what a learner does with it, and what a test wants to know of it."""

START_MS = 60_000
RUN_MS = 400_000
KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session?.kernel"
CELLS = "jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code')"
SETTLED = f"{KERNEL}?.status === 'idle'"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


class Notebook:
    """`page` is Playwright's; `complaints` collects console errors and requests that tried to leave the machine."""

    def __init__(self, page, lab, name, pictures):
        self.page, self.name, self.pictures = page, name, pictures
        self.complaints, self.taken = [], 0
        page.set_default_timeout(START_MS)
        page.route("**/*", lambda route: self._stay_at_home(route, lab.url))
        page.on("console", lambda said: said.type == "error" and self.complaints.append(f"console: {said.text[:300]}"))
        page.on("pageerror", lambda error: self.complaints.append(f"page: {str(error)[:300]}"))
        page.goto(f"{lab.url}lab/tree/{name}?token={lab.token}&reset")
        page.wait_for_function(f"() => window.jupyterapp?.shell.currentWidget?.content?.widgets && {SETTLED}")

    def _stay_at_home(self, route, url):
        if route.request.url.startswith((url, "data:", "blob:")):
            route.continue_()
        else:
            self.complaints.append(f"left the machine: {route.request.url[:100]}")
            route.abort()

    def shut_down(self):
        """End the kernel and close the page."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.context.close()

    # ---- what a learner does -------------------------------------------------------------------------------------

    def theme(self, name):
        theme = THEMES[name]
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        self.page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)

    def start_all(self):
        """Run all cells, and do not wait; count the messages that each of them sends."""
        self.page.evaluate(
            f"""() => {{
                window.sent = {{}};
                {KERNEL}.iopubMessage.connect((kernel, message) => {{
                    const cell = message.parent_header.msg_id;
                    window.sent[cell] = (window.sent[cell] ?? 0) + 1;
                }});
                window.ended = false;
                jupyterapp.commands.execute('notebook:run-all-cells').finally(() => {{ window.ended = true; }});
            }}"""
        )

    def wait_for_all(self):
        self.page.wait_for_function(f"() => window.ended && {SETTLED}", timeout=RUN_MS)

    def settled(self):
        """Wait until the kernel has nothing left to do."""
        self.page.wait_for_function(f"() => {SETTLED}")

    def picture(self, label, centre=None):
        """Write a picture of what is in view, with the element that `centre` locates in the middle."""
        if centre:  # JupyterLab lays cells out as they come into view, so what is above may still grow
            self.page.evaluate("() => { window.top_was = null }")
            self.page.wait_for_function(
                "e => { e.scrollIntoView({block: 'center'}); const before = window.top_was;"
                "       window.top_was = e.getBoundingClientRect().top; return before === window.top_was }",
                arg=centre.element_handle(),
                polling=200,
            )
        self.taken += 1
        self.page.screenshot(
            path=self.pictures / f"{self.name.rpartition('/')[2].removesuffix('.ipynb')}-{self.taken}-{label}.png"
        )

    # ---- what a test wants to know -------------------------------------------------------------------------------

    def not_run(self) -> list:
        """The numbers of the code cells, from 0, that have code and did not run."""
        return self.page.evaluate(
            f"() => {CELLS}.map((cell, n) => cell.model.sharedModel.source.trim() && !cell.model.executionCount && n)"
            ".filter(Number.isInteger)"
        )

    def outputs(self) -> list:
        """The outputs of all code cells, each as a notebook file holds it."""
        return self.page.evaluate(f"() => {CELLS}.flatMap(cell => cell.model.outputs.toJSON())")

    def errors(self) -> list:
        """The outputs that are errors or stand on the error stream."""
        return [o for o in self.outputs() if o["output_type"] == "error" or o.get("name") == "stderr"]

    def printed(self) -> str:
        return "".join(o["text"] for o in self.outputs() if o["output_type"] == "stream")

    def most_messages(self) -> int:
        """How many messages the cell sent that sent most, since `start_all`."""
        return self.page.evaluate("() => Math.max(...Object.values(window.sent))")

    def panel(self, control):
        """The panel that has a control with this label."""
        return self.page.locator(".widget-vbox").filter(has_text=control)

    def slider(self, label):
        """The handle of a slider, found by the label beside it: ipywidgets (8.1) gives the handle no name itself."""
        return self.page.locator(".widget-slider").filter(has_text=label).get_by_role("slider")

    def nameless(self) -> list:
        """The handles of sliders that have no label beside them."""
        return self.page.evaluate(
            "() => [...document.querySelectorAll('.jupyter-widgets [role=slider]')].filter("
            "    handle => !handle.closest('.widget-slider').querySelector('label').textContent.trim()"
            ").map(handle => handle.outerHTML)"
        )

    def barriers(self) -> list:
        """What axe-core finds in the outputs that keeps people out: names, labels, contrast (WCAG 2, A and AA)."""
        from axe_playwright_python.sync_playwright import Axe

        widgets = {"include": [[".jp-OutputArea-output .jupyter-widgets"]], "exclude": [[".noUi-handle"]]}
        rules = {"runOnly": ["wcag2a", "wcag2aa"], "resultTypes": ["violations"]}
        found = Axe().run(self.page, context=widgets, options=rules)
        return self.nameless() + [
            f"{rule['id']}: {node['failureSummary']} {node['html'][:200]}"
            for rule in found.response["violations"]
            for node in rule["nodes"]
        ]
