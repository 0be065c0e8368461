-- An event is written once and read; erasure goes through functions of the privacy engine.
REVOKE UPDATE, DELETE ON eventlog_event FROM {app};
