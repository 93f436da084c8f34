import type { AuditEvent, Source } from '../domain/audit.js'

/** Keeps what happened. Never throws and never waits: a log that fails must not fail a request. */
export interface AuditLog {
  record(event: AuditEvent, source: Source): void
}
