import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { InvalidInput } from '../../domain/errors.js'
import type { CliIo } from './ports.js'

/** More than any secret: whoever pipes a disk into a command gets an answer. */
const MAX_BYTES = 65_536

/** Everything up to the end, less one final newline. Throws InvalidInput when it is not UTF-8 or too long. */
export async function readToEnd({ stdin }: CliIo): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    const read = Buffer.from(chunk)
    bytes += read.length
    if (bytes > MAX_BYTES) throw new InvalidInput('standard input: is too long')
    chunks.push(read)
  }
  return decode(Buffer.concat(chunks)).replace(/\n$/, '')
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new InvalidInput('standard input: is not UTF-8')
  }
}

/** Asks each question in turn on the terminal; what is typed stays invisible when `hidden`. Throws InvalidInput when the person goes away. */
export async function ask(io: CliIo, questions: readonly string[], hidden: boolean): Promise<readonly string[]> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  // Only a terminal in raw mode does not echo by itself.
  const lines = createInterface({ input: io.stdin, terminal: hidden, historySize: 0, ...(hidden && { output: nowhere }) })
  lines.on('SIGINT', () => lines.close())
  const typed = lines[Symbol.asyncIterator]()
  const answers: string[] = []
  try {
    for (const question of questions) {
      io.stderr.write(question)
      const answer = await typed.next()
      if (hidden) io.stderr.write('\n')
      if (answer.done === true) throw new InvalidInput('cancelled; nothing was changed')
      answers.push(answer.value)
    }
  } finally {
    lines.close()
  }
  return answers
}
