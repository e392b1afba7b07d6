// `firebreak book`: the account book at a stored block; who is under water there, who would be, what a fall would set off.
import { join } from 'node:path'
import { UserError } from '../core/errors.ts'
import { openHistory } from '../history/history.ts'
import type { History } from '../history/types.ts'
import { rulesOf } from '../rules.ts'
import type { World } from '../state/world.ts'
import { foldTo } from '../tools/book/fold-to.ts'
import { marketNamed, namesOf } from '../tools/book/market-names.ts'
import { cascadeIn, poolsIn, priceNow, type Supposed, supposedIn } from '../tools/book/report.ts'
import { backtestProgress } from './backtest-progress.ts'
import { type BookDocument, bookLines } from './book-text.ts'
import { loadConfig } from './load-config.ts'
import { printable } from './show.ts'

export interface BookCommand {
  readonly config: string
  /** Of the history; without it that of the config's first node. */
  readonly folder?: string
  readonly at?: number
  readonly market?: string
  /** USD, or percent below the price now. */
  readonly price?: number
  readonly fall?: number
  readonly cascade: boolean
  readonly depthUnits?: number
  readonly json: boolean
}

/** Of a cascade, if nothing says how far it goes. */
const CASCADE_FALL = 60
const STEPS = 100

export async function book(command: BookCommand): Promise<void> {
  checkOptions(command)
  const config = await loadConfig(command.config)
  const rules = rulesOf(config)
  if (rules.venues.length === 0) throw new UserError('config.watch', 'no lending pool', 'one, by aaveV3Pool()')
  const history = openHistory(command.folder ?? join(config.nodes[0]?.dataDir ?? '.firebreak', 'history'), rules.chainId)
  const block = blockOf(command, history)
  const progress = backtestProgress(block)
  const { fold, fromBlock, wholeBlock } = foldTo(rules, history, block, ({ number, logs }) =>
    progress.block({ number, firstNumber: number, logs: logs.length }),
  )
  progress.end()
  const { world, head } = fold
  if (!head || world.venues.count === 0)
    throw new UserError(
      `block ${block} in ${history.folder}`,
      'no pool that has answered: its first reads are missing',
      'blocks with reads: `firebreak import --rpc --reads at-start` or `all`, or a capture',
    )
  const names = namesOf(config.watch.map((watched) => watched.rules))
  const supposed = supposedBy(command, world, names)
  const asksPrice = command.price !== undefined || command.fall !== undefined
  const document: BookDocument = {
    chainId: rules.chainId,
    block: head,
    fromBlock,
    wholeBlock: wholeBlock ?? null,
    pools: poolsIn(world, head.timeS, names),
    ...(supposed && asksPrice ? { supposed: supposedIn(world, head.timeS, names, supposed) } : {}),
    ...(supposed && command.cascade ? { cascade: await cascaded(command, world, head.timeS, names, supposed) } : {}),
  }
  if (command.json) console.log(JSON.stringify(document, printable, 2))
  else for (const line of bookLines(document)) console.log(line)
}

function checkOptions({ market, price, fall, cascade, depthUnits }: BookCommand): void {
  if (price !== undefined && fall !== undefined) throw new UserError('--price, --fall', 'both', 'one of them')
  if (depthUnits !== undefined && !cascade) throw new UserError('--depth-units', depthUnits, '--cascade with it')
  if ((price !== undefined || fall !== undefined || cascade) && market === undefined)
    throw new UserError('--market', 'none', 'the market that --price, --fall and --cascade are about')
  if (price !== undefined && !(price > 0 && Number.isFinite(price))) throw new UserError('--price', shown(price), 'USD above 0')
  if (fall !== undefined && !(fall > 0 && fall < 100)) throw new UserError('--fall', shown(fall), 'percent above 0 and below 100')
  if (depthUnits !== undefined && !(depthUnits > 0 && Number.isFinite(depthUnits)))
    throw new UserError('--depth-units', shown(depthUnits), 'units above 0 that an exchange pool holds of the asset')
}

const shown = (value: number): number | string => (Number.isNaN(value) ? 'no number' : value)

/** The last that is there, or the one that is asked for. */
function blockOf({ at }: BookCommand, history: History): number {
  const ranges = history.ranges()
  const last = ranges.at(-1)
  if (!last)
    throw new UserError(
      `history in ${history.folder}`,
      `no block of chain ${history.chainId}`,
      'blocks: `firebreak import --help` says how',
    )
  const block = at ?? last.toBlock
  if (!ranges.some((range) => range.fromBlock <= block && block <= range.toBlock)) {
    const there = ranges.map((range) => `${range.fromBlock} to ${range.toBlock}`).join(', ')
    throw new UserError('--at', block, `a block that is there: ${there}`)
  }
  return block
}

function supposedBy(command: BookCommand, world: World, names: ReturnType<typeof namesOf>): Supposed | undefined {
  if (command.market === undefined) return undefined
  const market = marketNamed(world, command.market, names)
  const nowUsd = priceNow(world, market)
  const { fall = CASCADE_FALL, price: priceUsd = nowUsd * (1 - fall / 100) } = command
  if (command.cascade && priceUsd >= nowUsd) throw new UserError('--price', priceUsd, `a price below the one now, ${nowUsd}, for --cascade`)
  return { market, priceUsd }
}

async function cascaded(command: BookCommand, world: World, timeS: number, names: ReturnType<typeof namesOf>, supposed: Supposed) {
  const found = await cascadeIn(world, timeS, names, supposed, STEPS, command.depthUnits)
  if (found === 'no depth')
    throw new UserError('--depth-units', 'none', 'units of the asset in a constant-product pool: no exchange pool of it is watched')
  return found
}
