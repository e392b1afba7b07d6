// Declares the commands, each flag with its unit, default and allowed values; src/cli/<name>.ts does the work.
import { Command, InvalidArgumentError, Option } from 'commander'
import { FirebreakError } from '../core/errors.ts'
import { VERSION } from '../version.ts'

const program = new Command('firebreak')
  .description(
    'Watches derivative protocols on EVM chains, finds what should not happen, and contains it with the smallest action that works.',
  )
  .version(VERSION)
  .showHelpAfterError()

program
  .command('watch')
  .description('watch what the config names; observes only, unless armed')
  .requiredOption('--config <file>', 'typed config file')
  .option('--armed', 'sign and send what is decided (needs keys and a quorum in the config)', false)
  .option('--capture <file>', 'write every input to this file, for --replay (with several nodes, one file a node)')
  .option('--replay <file>', 'fold a capture instead of a chain, print its findings and the hash of its verdicts, and end')
  .option('--json', 'one JSON object a line instead of text', false)
  .addOption(
    new Option('--log-level <level>', 'least level of the operational log on stderr')
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .env('FIREBREAK_LOG_LEVEL')
      .default('info'),
  )
  .action(async (options) => (await import('./watch.ts')).watch(options))

program
  .command('drill')
  .description('run an attack and its twin on the embedded lab, unguarded and guarded, and measure what was saved')
  .option('--scenario <id...>', 'scenarios to run (see --list)', ['oracle-takeover'])
  .option('--list', 'list the scenarios and end', false)
  .option('--seed <n>', 'seed of the honest traffic', wholeNumber, 1)
  .option('--block-ms <ms>', 'wall time between blocks of the guarded run', wholeNumber, 250)
  .addOption(new Option('--ordering <who>', 'who comes first in a block that both want').choices(['won', 'lost']).default('won'))
  .option('--show', 'show blocks, findings, decisions and actions as they come', false)
  .option('--keep', 'keep chain and nodes running at the end, until Ctrl-C', false)
  .option('--capture <dir>', 'keep the inputs of every node in this folder')
  .option('--json <file>', 'write one document with all figures')
  .action(async (options) => (await import('./drill.ts')).drill(options))

program
  .command('status')
  .description('what a node has seen and done')
  .argument('[folder]', 'data folder of a node', '.firebreak')
  .option('--json', 'print JSON', false)
  .action(async (folder, options) => (await import('./status.ts')).status(folder, options))

program
  .command('log')
  .description('read and check the log of a node')
  .argument('[folder]', 'data folder of a node', '.firebreak')
  .option(
    '--kind <kind...>',
    'only these kinds: verdict, finding, incident, decision, verified, certificate, approval, intent, reorg, blind',
  )
  .option('--limit <n>', 'the newest n entries', wholeNumber, 50)
  .option('--verify', 'check the whole hash chain', false)
  .option('--json', 'print JSON, one entry a line', false)
  .action(async (folder, options) => (await import('./log.ts')).log(folder, options))

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('want a whole number, 0 or more')
  return value
}

// a reader that has seen enough (`| head`) is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof FirebreakError) console.error(`firebreak: ${error.message}`)
  else console.error(error)
  process.exitCode = 2
}
