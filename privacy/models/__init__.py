"""What organisations chose, what must not end for now, what people asked, and the proof of what ended."""

from privacy.models.endings import Termination
from privacy.models.exports import Export, ExportPart
from privacy.models.rights import DataSubjectRequest, ErasedMark, NetworkErasure
from privacy.models.rules import LegalHold, RetentionPolicy
from privacy.models.runs import EndedFile, RetentionRun, RetentionWork, SecurityIncident

__all__ = [
    "DataSubjectRequest",
    "EndedFile",
    "ErasedMark",
    "Export",
    "ExportPart",
    "LegalHold",
    "NetworkErasure",
    "RetentionPolicy",
    "RetentionRun",
    "RetentionWork",
    "SecurityIncident",
    "Termination",
]
