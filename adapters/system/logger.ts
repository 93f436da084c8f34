import { destination, pino, stdTimeFunctions, type LevelWithSilent, type Logger } from 'pino'

const STDOUT = 1
/** What may wait for a reader that has stopped reading; beyond it lines are dropped. */
const BUFFER_BYTES = 32 * 1024 * 1024

/** JSON lines on stdout, each written at once. */
export function createLogger(level: LevelWithSilent): Logger {
  return pino({ level, base: { pid: process.pid }, timestamp: stdTimeFunctions.isoTime }, stdout())
}

/**
 * Asynchronous, because a synchronous write to a pipe whose reader stalls stops the event loop. Pino writes what is left when the process exits,
 * so that only a SIGKILL can lose the line that was on its way.
 */
function stdout() {
  const stream = destination({ dest: STDOUT, sync: false, minLength: 0, maxLength: BUFFER_BYTES })
  let isFailing = false
  // Without a listener a full disk would end the process.
  stream.on('error', () => (isFailing = true))
  stream.on('write', () => (isFailing = false))
  // At exit Pino tries until it succeeds, which on a full disk is never.
  stream.once('error', () => {
    process.prependOnceListener('exit', () => {
      if (isFailing) stream.destroy()
    })
  })
  return stream
}
