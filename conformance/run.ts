import { text } from 'node:stream/consumers'
import { command } from './command.js'
import { systemTiming } from './target.js'

process.exitCode = await command(
  process.argv.slice(2),
  {
    readStdin: () => text(process.stdin),
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
  },
  systemTiming,
)
