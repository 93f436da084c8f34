#!/usr/bin/env node
import { runCli } from '../adapters/cli/program.js'

// Each command loads what it needs and no more: most need no web server, and help needs nothing.
process.exitCode = await runCli(
  process.argv,
  { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, isTerminal: process.stdin.isTTY && process.stdout.isTTY },
  {
    open: async () => (await import('./open-for-operator.js')).openForOperator(process.argv[2] === 'store'),
    openBoth: async (from, to) => (await import('./open-both.js')).openBoth(from, to),
    serve: async () => {
      const [{ readConfig }, { serve }] = await Promise.all([import('./config.js'), import('./serve.js')])
      return serve(readConfig())
    },
  },
)
