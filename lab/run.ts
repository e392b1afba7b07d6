// Runs one scenario on one fresh chain from the prepared state, and returns what happened as plain data.
import type { Hex } from 'viem'
import type { PlannedTx } from '../src/scenario.ts'
import { deriveAll } from './accounts.ts'
import { type Anvil, startAnvil } from './anvil.ts'
import { Chain, type Signed } from './chain.ts'
import { startClock } from './clock.ts'
import type { Deployment } from './deploy/index.ts'
import { badDebtUsd, honestLiquidations, type Liquidation, type Loss, lossMeter } from './ledger.ts'
import { liquidatorTraffic } from './liquidator.ts'
import { BLOCK_S } from './market.ts'
import { observe } from './observe.ts'
import { type OpResult, Outcomes, type Settled } from './outcomes.ts'
import type { PreparedState } from './prepared.ts'
import { TruePrices } from './prices.ts'
import type { Lab, LabScenario } from './scenarios/lab.ts'
import { peopleTraffic, reporterTraffic } from './traffic.ts'

export interface RunOptions {
  readonly prepared: PreparedState
  readonly seed?: number
  /** Wall time between blocks; 0: as fast as possible, and `onBlock` is awaited. */
  readonly blockMs?: number
  /** Awaited before the first block. */
  readonly onReady?: (ready: Ready) => void | Promise<void>
  readonly onBlock?: (block: number) => void | Promise<void>
  /** After the scenario's minimum: whether to end here. Without it the run ends at the minimum. */
  readonly stopWhen?: (block: number) => boolean | Promise<boolean>
  /** What was mined in a block, for who looks on. */
  readonly onTraffic?: (block: number, settled: readonly Settled[]) => void
  /** Awaited with the result while the chain is still there. */
  readonly beforeEnd?: (result: RunResult) => void | Promise<void>
  /** Blocks after the start at which the run ends in any case. */
  readonly maxBlocks?: number
  /** For tests: ends after so many blocks from the prepared head. */
  readonly endAfterBlocks?: number
}

export interface Ready {
  readonly rpcUrl: string
  readonly port: number
  readonly deployment: Deployment
  readonly headBlock: number
}

export interface RunResult {
  readonly scenario: { readonly id: string; readonly version: number; readonly kind: string }
  readonly seed: number
  readonly blockMs: number
  readonly prepared: string
  readonly headBlock: number
  /** Number of the block of the first leading signal. */
  readonly startBlock: number
  readonly blocks: readonly { readonly number: number; readonly hash: Hex; readonly timeS: number }[]
  /** Honest operations by id; pair two runs by it where `paired`. */
  readonly ops: Readonly<Record<string, OpResult>>
  readonly attackerTxs: readonly OpResult[]
  readonly rescueTxs: readonly OpResult[]
  /** First block after which the facts that show the attack existed. */
  readonly evidenceBlock: number | null
  /** One row a block; empty where nobody attacks. */
  readonly loss: readonly Loss[]
  /** Lendable before the start, USD at true prices: `pace.shareOfMarket` is of this. */
  readonly lendableAtStartUsd: number | null
  readonly lendableAtEndUsd: number
  /** Of accounts other than the attacker's. */
  readonly badDebtUsd: { readonly before: number; readonly after: number }
  readonly liquidations: { readonly count: number; readonly penaltyUsd: number; readonly list: readonly Liquidation[] }
  /** The worst delay of a block against the clock: what the lab itself did not keep up with. */
  readonly worstLateMs: number
}

const DEFAULT_MAX_BLOCKS = 500

export async function runScenario(scenario: LabScenario, options: RunOptions): Promise<RunResult> {
  const { prepared } = options
  deriveAll()
  const anvil = await startAnvil({ genesisTimeS: prepared.genesisTimeS, stateFile: prepared.stateFile })
  try {
    const result = await runOn(anvil, scenario, options)
    await options.beforeEnd?.(result)
    return result
  } finally {
    await anvil.stop()
  }
}

async function runOn(anvil: Anvil, scenario: LabScenario, options: RunOptions): Promise<RunResult> {
  const { prepared, seed = 1, blockMs = 0 } = options
  const headBlock = prepared.head.number
  const chain = new Chain(anvil.rpc, prepared.nonces)
  const lab = labFor(anvil, scenario, prepared, seed)
  const run = scenario.begin(lab)
  const outcomes = new Outcomes(chain)
  const meter = run.attacker === null ? undefined : await lossMeter(lab, run.attacker, headBlock)
  const others = lab.people.map(({ address }) => address).filter((address) => address !== run.attacker)
  const before = await badDebtUsd(lab, headBlock, others)

  await anvil.rpc.call('evm_setNextBlockTimestamp', [prepared.head.timeS + BLOCK_S])
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [BLOCK_S])
  await options.onReady?.({ rpcUrl: anvil.url, port: anvil.port, deployment: prepared.deployment, headBlock })

  const blocks: { number: number; hash: Hex; timeS: number }[] = []
  const loss: Loss[] = []
  const liquidations: Liquidation[] = []
  let evidenceBlock: number | null = null
  let lendableAtStartUsd: number | null = null
  let state = await observe(lab, headBlock)
  const clock = startClock(blockMs)
  for (let n = 1; ; n++) {
    if (n === scenario.startBlock) lendableAtStartUsd = state.lendableUsd
    const send = async (planned: readonly PlannedTx[], from: number): Promise<number> => {
      await chain.broadcast(await signAll(chain, outcomes, planned, from))
      return from + planned.length
    }
    // What does not look at the chain is sent first and is seen in the mempool the longest.
    const blind = [...reporterTraffic(lab, n, (feedId) => run.drivesFeed(feedId, n)), ...peopleTraffic(lab, n)]
    let sent = await send(blind, 0)
    const seeing = [...(await liquidatorTraffic(lab, state.block)), ...(await run.next(state))]
    sent = await send(
      seeing.filter((tx) => tx.inMempool),
      sent,
    )
    // Signed before the tick, so that what must be hidden costs the clock only the sending.
    const hidden = await signAll(
      chain,
      outcomes,
      seeing.filter((tx) => !tx.inMempool),
      sent,
    )
    await clock.tick()
    await chain.broadcast(hidden)
    await chain.mine()

    const mined = await chain.head()
    blocks.push(mined)
    const receipts = await chain.receipts(mined.number)
    const settled = await outcomes.settle(mined.number, receipts)
    options.onTraffic?.(mined.number, settled)
    liquidations.push(...honestLiquidations(lab, mined.number, receipts, run.attacker))
    state = await observe(lab, mined.number)
    if (meter !== undefined) loss.push(await meter.measure(mined.number))
    if (evidenceBlock === null && run.evidence(state)) evidenceBlock = mined.number
    const told = options.onBlock?.(mined.number)
    if (blockMs === 0) await told
    if (await isOver(scenario, options, n, mined.number)) break
  }

  const last = headBlock + blocks.length
  return {
    scenario: { id: scenario.id, version: scenario.version, kind: scenario.kind },
    seed,
    blockMs,
    prepared: prepared.key,
    headBlock,
    startBlock: headBlock + scenario.startBlock,
    blocks,
    ...outcomes.result(),
    evidenceBlock,
    loss,
    lendableAtStartUsd,
    lendableAtEndUsd: state.lendableUsd,
    badDebtUsd: { before, after: await badDebtUsd(lab, last, others) },
    liquidations: { count: liquidations.length, penaltyUsd: liquidations.reduce((sum, l) => sum + l.penaltyUsd, 0), list: liquidations },
    worstLateMs: clock.worstLateMs,
  }
}

function labFor(anvil: Anvil, scenario: LabScenario, prepared: PreparedState, seed: number): Lab {
  const rounds = new Map(Object.entries(prepared.rounds))
  const { deployment, people, head } = prepared
  return {
    deployment,
    people,
    seed,
    rpc: anvil.rpc,
    headBlock: head.number,
    prices: new TruePrices(seed, prepared.prices, scenario.truePriceMoves),
    lastRound: (feedId) => rounds.get(feedId) ?? 0,
    nextRound: (feedId) => {
      const round = (rounds.get(feedId) ?? 0) + 1
      rounds.set(feedId, round)
      return round
    },
  }
}

/** Signs in order. Each fee is a wei below the one before it: equal fees would be ordered by arrival, which nobody controls. */
async function signAll(chain: Chain, outcomes: Outcomes, planned: readonly PlannedTx[], from: number): Promise<Signed[]> {
  const signed: Signed[] = []
  for (const [i, tx] of planned.entries()) {
    const one = await chain.sign({ ...tx, maxFeePerGas: tx.maxFeePerGas - BigInt(from + i) })
    outcomes.expect(one.hash, tx)
    signed.push(one)
  }
  return signed
}

async function isOver(scenario: LabScenario, options: RunOptions, n: number, block: number): Promise<boolean> {
  if (options.endAfterBlocks !== undefined) return n >= options.endAfterBlocks
  const sinceStart = n - scenario.startBlock
  if (sinceStart < scenario.minBlocks) return false
  if (sinceStart >= (options.maxBlocks ?? DEFAULT_MAX_BLOCKS)) return true
  return options.stopWhen === undefined || (await options.stopWhen(block))
}
