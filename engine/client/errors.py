"""What can go wrong between a client and an engine."""

from engine.service.types import ProblemDocument


class ClientError(Exception):
    """The engine refused a request; ``document`` is its answer, ``status`` the HTTP status."""

    def __init__(self, document: ProblemDocument) -> None:
        self.document = document
        self.status = document.status
        super().__init__(document.detail or document.title)


class EngineUnavailable(ClientError):  # noqa: N818 - a state, as its name says
    """No engine could be reached, or the connection broke before it answered. ``status`` is 503."""

    def __init__(self, detail: str) -> None:
        super().__init__(ProblemDocument(title="Engine not reachable", status=503, detail=detail))
