"""The Active switch: whether the triggers of the workflow on the screen fire, and when next."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from designer.runs import Spawn
from designer.shell.engine_link import EngineLink
from designer.shell.files import FileDesk
from designer.shell.run_control import Tell, refusal_text
from designer.shell.space import DocumentSpace
from designer.theme.wording import local_date_time, until_text
from engine import ClientError, api

CLOCK_MS = 1000


class Activation(QObject):
    """``shown`` carries whether it is active, a note, a tooltip, and whether it may be switched."""

    shown = Signal(bool, str, str, bool)
    errors_found = Signal(object)
    """The space whose workflow cannot be activated before its errors are mended."""

    def __init__(
        self, link: EngineLink, desk: FileDesk, spawn: Spawn, tell: Tell, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._link = link
        self._desk = desk
        self._spawn = spawn
        self._tell = tell
        self._workflow: api.Workflow | None = None
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._clock.timeout.connect(self._show)
        self._clock.start()
        desk.current_changed.connect(self.refresh)
        desk.saved.connect(self._saved)
        link.workflows_changed.connect(self.refresh)
        link.state_changed.connect(self._engine_changed)

    @property
    def active(self) -> bool:
        return self._workflow is not None and self._workflow.status == "active"

    def refresh(self) -> None:
        """Asks the engine about the workflow on the screen."""
        if self._link.state == "ready":
            self._spawn(self._read())
        else:
            self._show()

    def toggle(self) -> None:
        self.switch(not self.active)

    def switch(self, active: bool) -> None:
        """Activates or pauses the workflow on the screen; an unsaved one is saved first."""
        space = self._desk.current
        if space is None:
            return
        space.document.settle()
        if active and any(problem.severity == "error" for problem in space.document.problems):
            self.errors_found.emit(space)
        elif active and (space.document.path is None or space.document.modified):
            self._desk.save(space, lambda: self._spawn(self._switch(space, active)))
        else:
            self._spawn(self._switch(space, active))

    async def _switch(self, space: DocumentSpace, active: bool) -> None:
        client = self._link.client
        try:
            workflow = await self._register(space) if active else self._workflow
            if workflow is not None and not active:
                await client.workflow_action(workflow.id, "pause")
            elif workflow is not None and workflow.status == "paused":
                await client.workflow_action(workflow.id, "resume")
            elif workflow is not None:
                await client.workflow_action(workflow.id, "activate")
        except ClientError as error:
            self._tell(refusal_text(error), "failed")
        await self._read()

    async def _register(self, space: DocumentSpace) -> api.Workflow | None:
        """Hands the engine the text of the file."""
        document = space.document
        if document.path is None:
            return None
        write = api.WorkflowWrite(definition=document.text, path=str(document.path))
        known = await self._link.client.find_workflow(str(document.path))
        if known is None:
            return await self._link.client.add_workflow(write)
        return await self._link.client.update_workflow(known.id, write)

    def _saved(self, space: DocumentSpace) -> None:
        """A saved text becomes the active version, or the window says why it does not."""
        if space is self._desk.current and self.active:
            self._spawn(self._update(space))
        elif space is self._desk.current:
            self.refresh()

    async def _update(self, space: DocumentSpace) -> None:
        try:
            await self._register(space)
        except ClientError as error:
            why = refusal_text(error)
            space.notice.tell(f"The last good version stays active. {why}", "warning")
        await self._read()

    async def _read(self) -> None:
        space = self._desk.current
        path = space.document.path if space else None
        if path is None or self._link.state != "ready":
            self._workflow = None
        else:
            self._workflow = await self._link.client.find_workflow(str(path))
        if space is self._desk.current:
            self._show()

    def _engine_changed(self, state: str) -> None:
        if state == "ready":
            self.refresh()
        else:
            self._show()

    def _show(self) -> None:
        workflow, space = self._workflow, self._desk.current
        if self._link.state != "ready" or space is None:
            self.shown.emit(self.active, "", "The engine is not there yet.", False)
            return
        if not self._link.local:
            self.shown.emit(self.active, "", "Activate it on the server it runs on.", False)
            return
        model = space.document.workflow
        if not self.active and (model is None or not model.triggers):
            tip = "Add a trigger, such as a schedule, to let it start by itself."
            self.shown.emit(False, "", tip, False)
            return
        note, tip = self._words(workflow)
        self.shown.emit(self.active, note, tip, True)

    def _words(self, workflow: api.Workflow | None) -> tuple[str, str]:
        if workflow is None or workflow.status != "active":
            return "", "Let the triggers of this workflow fire."
        if workflow.error:
            return "needs attention", workflow.error
        if workflow.next_due is None:
            return "", "Active. No time is due next."
        note = f"next {until_text(workflow.next_due, datetime.now(UTC))}"
        return note, f"Active. Next at {local_date_time(workflow.next_due)}."
