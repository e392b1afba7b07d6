// Declares the commands, each flag with its unit, default and allowed values; src/cli/<name>.ts does the work.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { FirebreakError } from '../core/errors.ts'
import type { EntryKind } from '../core/flow.ts'
import { VERSION } from '../version.ts'

/** What ends a process that was told something wrong, or that failed: 1 is kept for "it works, and the answer is no". */
const FAILED = 2

/** What may stand in a log. */
const KINDS: Readonly<Record<EntryKind, true>> = {
  verdict: true,
  finding: true,
  incident: true,
  decision: true,
  simulation: true,
  verified: true,
  approval: true,
  certificate: true,
  intent: true,
  guard: true,
  reorg: true,
  blind: true,
  health: true,
  pending: true,
  readiness: true,
  rehearsal: true,
}

const program = new Command('firebreak')
  .description(
    'Watches derivative protocols on EVM chains, finds what should not happen, and contains it with the smallest action that works.',
  )
  .version(VERSION)
  .showHelpAfterError('hint: `firebreak --help` lists the commands, `firebreak COMMAND --help` its options')
  .exitOverride()
  .addHelpText(
    'after',
    `
On a real network, in this order:
  firebreak init                                asks, reads the chain, writes firebreak.config.ts
  firebreak check                               compares that config with the chain and says how to mend it
  firebreak watch --config firebreak.config.ts  observes; nothing is signed or sent without --armed
  firebreak status                              what the node has seen and done, also while it runs

To see it work on an embedded chain: firebreak drill --show

Secrets are named by where they are, { env: 'NAME' } or { file: 'path' }, never given on the command line.
Environment: FIREBREAK_LOG_LEVEL as --log-level of watch; NO_COLOR for no colours.
Exit codes: 0 done, 1 the answer is no (check, drill, history, log --verify), 2 wrong arguments or failed.`,
  )

program
  .command('init')
  .description('read a chain and write a typed config for it, with comments')
  .option('--yes', 'ask nothing: what is missing is an error', false)
  .option('--rpc <where>', 'endpoint: ws:, wss:, http: or https: address, IPC path, env:NAME or file:PATH')
  .option('--protocol <name>', 'protocol: aave-v3')
  .option('--address <address>', "the pool's proxy")
  .option('--guard <address>', 'the Guard that may act on it; without one the pool is only watched')
  .option('--out <file>', 'where to write', 'firebreak.config.ts')
  .option('--force', 'write over a file that is there', false)
  .option('--json', 'print what was found as JSON; progress goes to stderr', false)
  .addHelpText(
    'after',
    `
Examples:
  firebreak init
  export FIREBREAK_RPC=wss://...
  firebreak init --yes --rpc env:FIREBREAK_RPC --protocol aave-v3 --address 0x... --guard 0x...`,
  )
  .action(async (options) => (await import('./init.ts')).init(options))

program
  .command('check')
  .description('check a config: by itself, against the chain, and who could undo what it does')
  .option('--config <file>', 'typed config file', 'firebreak.config.ts')
  .option('--offline', 'only what needs no chain', false)
  .option('--json', 'print JSON; progress goes to stderr', false)
  .addHelpText(
    'after',
    `
Exit code: 0 without failures (warnings are stated gaps), 1 with one, 2 for wrong arguments.

Examples:
  firebreak check
  firebreak check --offline --config examples/ethereum-aave-v3.config.ts
  firebreak check --json | jq '.checks[] | select(.result != "ok")'`,
  )
  .action(async (options) => (await import('./check.ts')).check(options))

program
  .command('watch')
  .description('watch what the config names; observes only, unless armed')
  .requiredOption('--config <file>', 'typed config file; again for each further chain', (file: string, before: string[] = []) => [
    ...before,
    file,
  ])
  .option('--armed', 'sign and send what is decided (needs keys and a quorum in the config)', false)
  .option('--capture <file>', 'write every input to this file, for --replay (with several nodes or chains, one file each)')
  .option('--replay <file>', 'fold a capture instead of a chain, print its findings and the hash of its verdicts, and end')
  .option('--json', 'one JSON object a line instead of text', false)
  .addOption(
    new Option('--log-level <level>', 'least level of the operational log on stderr')
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .env('FIREBREAK_LOG_LEVEL')
      .default('info'),
  )
  .addHelpText(
    'after',
    `
Examples:
  firebreak watch --config firebreak.config.ts
  firebreak watch --config firebreak.config.ts --json --log-level warn | jq 'select(.kind == "alert")'
  firebreak watch --config firebreak.config.ts --capture inputs.jsonl
  firebreak watch --config firebreak.config.ts --replay inputs.jsonl
  firebreak watch --config firebreak.config.ts --armed
  firebreak watch --config ethereum.config.ts --config arbitrum.config.ts`,
  )
  .action(async (options) => (await import('./watch.ts')).watch(options))

program
  .command('import')
  .description('fill the history of a chain from a node, from Parquet, from recorded answers or from a capture')
  .option('--config <file>', 'typed config file: the chain and, with --rpc, which contracts; needed with --rpc')
  .option('--chain <id>', "the chain's id, without a config", wholeNumber)
  .option('--rpc [url]', "endpoint; without an address those of the config's first node. An archive node for --reads other than none")
  .option('--cryo <dir>', 'folder of Parquet files as cryo writes them: blocks and logs')
  .option('--rpc-files <dir>', 'folder of recorded RPC answers')
  .option('--capture <file>', 'file that watch --capture wrote')
  .option('--from <block>', "first block; default: with --rpc the config's fromBlock, else all that is there", wholeNumber)
  .option('--to <block>', 'last block; needed with --rpc', wholeNumber)
  .option('--folder <dir>', "folder of the history; default: history in the data folder of the config's first node")
  .option('--reads <which>', 'contract reads to ask for: none, at-start (the first block), every:N (each N-th), all', 'none')
  .option('--batch <blocks>', 'most blocks to ask the logs of at once', positiveNumber, 2_000)
  .option('--in-flight <n>', 'ranges that are asked for at once', positiveNumber, 4)
  .option('--json', 'print the summary as JSON; progress goes to stderr', false)
  .addHelpText(
    'after',
    `
Give exactly one of --rpc, --cryo, --rpc-files and --capture. What is there already is passed over. Ctrl-C writes what has come, and the
same command goes on from there. Detectors that rest on reads are blind where none were asked for: see docs/import.md.
Exit code: 0 done, 2 stopped, wrong arguments or failed.

Examples:
  firebreak import --config firebreak.config.ts --rpc --from 18000000 --to 18100000
  firebreak import --config firebreak.config.ts --rpc http://127.0.0.1:8545 --to 18100000 --reads all
  firebreak import --config firebreak.config.ts --cryo parquet/
  firebreak import --chain 1 --capture inputs.jsonl --folder history`,
  )
  .action(async (options) => (await import('./import.ts')).importHistory(options))

program
  .command('calibrate')
  .description('fit volatility, tails and joint tails to history; write thresholds for a wanted rate of false alarms')
  .option('--config <file>', 'typed config file: the chain it is for, and what --folder is history of')
  .option('--folder <folder>', 'history to fold (see import)')
  .option('--from <block>', 'first block; default: the first that is there', wholeNumber)
  .option('--to <block>', 'last block; default: the last that is there', wholeNumber)
  .option('--prices <file...>', 'price files: CSV, plain or gzipped, "open_time_utc,BTC,ETH,..." or "open_time_utc,close"')
  .option('--feed <column=address...>', 'the feed of the config that a column of prices stands for')
  .option('--joint <columns>', 'two or three columns of prices, by commas: how they fall together')
  .option('--days <days>', 'report these days, fitted only on what was before: 2021-05-19,2022-05-09..2022-05-12')
  .option('--out <file>', 'where to write', 'firebreak.calibration.json')
  .option('--false-alarms-per-year <rate>', 'for each series', Number, 1)
  .option('--horizon-blocks <n>', 'of the joint tail; default: an hour', wholeNumber)
  .option('--seed <n>', 'seed of the simulation', wholeNumber, 1)
  .option('--json', 'print all figures as JSON; progress goes to stderr', false)
  .addHelpText(
    'after',
    `
A series that is too short gets no threshold: the detector keeps its own. See docs/calibration.md.

Examples:
  firebreak calibrate --config firebreak.config.ts --folder history
  firebreak calibrate --config firebreak.config.ts --prices closes.csv.gz --feed ETH=0x... BTC=0x... --joint ETH,BTC
  firebreak calibrate --prices closes.csv.gz --days 2021-05-19,2022-05-09..2022-05-12 --out /tmp/report.json`,
  )
  .action(async (options) => (await import('./calibrate.ts')).calibrate(options))

program
  .command('drill')
  .description('run attacks and quiet days on the embedded lab, unguarded and guarded, and measure what was saved')
  .option('--scenario <id...>', 'scenarios to run (see --list); default: oracle-takeover')
  .option('--all', 'run every scenario of the lab, in all orderings and with baselines', false)
  .option('--scenarios <dir>', 'also run every scenario file of this folder')
  .option('--list', 'list the scenarios and end', false)
  .option('--seed <n>', 'seed of the honest traffic', wholeNumber, 1)
  .option('--seeds <n>', 'number of seeds, counted up from --seed', wholeNumber)
  .option(
    '--block-ms <ms>',
    'wall time between blocks of the guarded run; 0: each waits until the nodes have answered the one before',
    wholeNumber,
    250,
  )
  .option('--ordering <who...>', 'who comes first in a block that both want: won, half, lost; default: won, with --all all three')
  .option('--baselines', 'also run what others would have done: pauses and caps (default with --all)')
  .option('--no-baselines', 'leave that out')
  .option('--show', 'show blocks, findings, decisions and actions as they come', false)
  .option('--keep', 'keep chain and nodes of the last run at the end, until Ctrl-C', false)
  .option('--capture <dir>', 'keep the inputs of every node in this folder')
  .option('--json [file]', 'write one document with all figures; without a file, or with -, to stdout, all else to stderr')
  .addHelpText(
    'after',
    `
Exit code: 0 if every preventable attack was detected and contained and no quiet run saw an action, 1 if not, 2 if a run failed.

Examples:
  firebreak drill --list
  firebreak drill --show
  firebreak drill --scenario oracle-takeover --ordering won,half,lost --baselines
  firebreak drill --all --seeds 3 --json figures.json
  firebreak drill --scenarios ./my-scenarios --json - | jq .summary`,
  )
  .action(async (options) => (await import('./drill.ts')).drill(options))

program
  .command('backtest')
  .description('judge stored blocks by a config: what would have been found, told and proposed')
  .option('--config <file>', 'typed config file', 'firebreak.config.ts')
  .option('--folder <dir>', "folder of the history; default: history in the data folder of the config's first node")
  .option('--from <block>', 'first block to count; state is built from what is stored right before it; default: the first one', wholeNumber)
  .option('--to <block>', 'last block to count; default: the last one', wholeNumber)
  .option(
    '--labels <file>',
    'attacks as JSON, [{ "from": block, "to": block, "name": "...", "subject": "0x..." }]: gives precision and recall',
  )
  .option('--json [file]', 'write the whole document; without a file, or with -, to stdout, the summary to stderr')
  .option('--html <file>', 'write one page with plots and tables that needs no network')
  .option('--fresh', 'begin again, also if the same backtest was stopped before', false)
  .addHelpText(
    'after',
    `
Ctrl-C finishes the block and keeps where it was; the same command goes on from there and ends with the same bytes.
Exit code: 0 done, 2 stopped, wrong arguments or failed.

Examples:
  firebreak backtest
  firebreak backtest --from 18000000 --to 18100000 --html report.html
  firebreak backtest --labels attacks.json --json - | jq .labels`,
  )
  .action(async (options) => (await import('./backtest.ts')).backtest(options))

program
  .command('book')
  .description('the account book at a stored block: who is under water, who would be at a price, what a fall would set off')
  .option('--config <file>', 'typed config file', 'firebreak.config.ts')
  .option('--folder <dir>', "folder of the history; default: history in the data folder of the config's first node")
  .option('--at <block>', 'the block after which it is asked; default: the last one', wholeNumber)
  .option('--market <name>', "a market by its symbol, its feed's name or its asset's address")
  .option('--price <usd>', 'who would be under water if the oracle said this', Number)
  .option('--fall <percent>', 'the same, as percent below the price at that block', Number)
  .option('--cascade', 'liquidations along the way down to that price, or by 60 %, sold into a pool of given depth', false)
  .option('--depth-units <n>', 'units of the asset in that constant-product pool; default: as deep as the pools watched for it', Number)
  .option('--json', 'print all accounts and all points as JSON', false)
  .addHelpText(
    'after',
    `
Only the price of the market that is named moves. Works beside a running node. See docs/account-book.md.
Exit code: 0 done, 2 wrong arguments or failed.

Examples:
  firebreak book
  firebreak book --at 18000000 --market WETH --fall 20
  firebreak book --market WETH --price 1500 --cascade --depth-units 20000
  firebreak book --json | jq '.pools[0].underWater[].account'`,
  )
  .action(async (options) => (await import('./book.ts')).book(options))

program
  .command('status')
  .description('what a node has seen and done')
  .argument('[folder]', 'data folder of a node', '.firebreak')
  .option('--json', 'print JSON', false)
  .addHelpText(
    'after',
    `
Works beside a running node. Examples:
  firebreak status
  firebreak status data/a --json | jq '.cursors[0].number'`,
  )
  .action(async (folder, options) => (await import('./status.ts')).status(folder, options))

program
  .command('history')
  .description('which blocks are kept for backtest and calibrate, and whether they are whole')
  .argument('[folder]', 'data folder of a node, or folder of a history', '.firebreak')
  .option('--chain <id>', 'only this chain', wholeNumber)
  .option('--verify', 'read every byte and check every CRC', false)
  .option('--json', 'print JSON', false)
  .addHelpText(
    'after',
    `
Works beside a running node. Exit code: 0 whole, 1 something is damaged, 2 wrong arguments or failed. Examples:
  firebreak history
  firebreak history data/a --chain 1 --verify
  firebreak history history --json | jq '.chains[].gaps'`,
  )
  .action(async (folder, options) => (await import('./history.ts')).history(folder, options))

program
  .command('log')
  .description('read and check the log of a node')
  .argument('[folder]', 'data folder of a node', '.firebreak')
  .addOption(new Option('--kind <kind...>', 'only these kinds').choices(Object.keys(KINDS)))
  .option('--limit <n>', 'the newest n entries', wholeNumber, 50)
  .option('--verify', 'check the whole hash chain', false)
  .option('--json', 'print JSON, one entry a line', false)
  .addHelpText(
    'after',
    `
Works beside a running node. The folder comes before --kind, which takes all that follows it. Examples:
  firebreak log --kind finding incident decision
  firebreak log data/a --limit 500 --json
  firebreak log --verify`,
  )
  .action(async (folder, options) => (await import('./log.ts')).log(folder, options))

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('want a whole number, 0 or more')
  return value
}

function positiveNumber(text: string): number {
  const value = wholeNumber(text)
  if (value === 0) throw new InvalidArgumentError('want a whole number, 1 or more')
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
  // commander has said it already; asked for, help and version are no errors
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : FAILED
  else {
    if (error instanceof FirebreakError) console.error(`firebreak: ${error.message}`)
    else console.error(error)
    process.exitCode = FAILED
  }
}
