import { openWorld } from './open-world.js'
import { readOptions, USAGE, UsageError, type Options } from './options.js'
import { asJson, count, HEADING, line, summary } from './report.js'
import { runRows } from './runner.js'
import { Unreachable, type Timing } from './target.js'

/** What the command reads and writes. */
export interface Console {
  readStdin(): Promise<string>
  out(text: string): void
  err(text: string): void
}

const EXIT = { fine: 0, failed: 1, usage: 2, unreachable: 69 }

/** Answers the exit code. */
export async function command(args: readonly string[], console: Console, timing: Timing): Promise<number> {
  try {
    const options = readOptions(args)
    return await hold(options, (await console.readStdin()).replace(/\r?\n$/, ''), console, timing)
  } catch (error) {
    if (error instanceof UsageError) {
      console.err(`${error.message}\n\n${USAGE}`)
      return EXIT.usage
    }
    if (!(error instanceof Unreachable)) throw error
    console.err(error.message)
    return EXIT.unreachable
  }
}

async function hold({ target, rows, json }: Options, password: string, console: Console, timing: Timing): Promise<number> {
  const whole = { ...target, password }
  const world = await openWorld(whole, timing)
  if (!json) console.out(HEADING)
  const outcomes = await runRows(world, rows, (outcome) => {
    if (!json) console.out(line(outcome))
  })
  console.out(json ? asJson(whole, outcomes) : `\n${summary(outcomes)}`)
  return count(outcomes, 'failed') === 0 ? EXIT.fine : EXIT.failed
}
