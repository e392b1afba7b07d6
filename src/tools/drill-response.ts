// What the nodes did in a guarded run through the Guard and the Liquidator, from the chain's own logs and the nodes' lines.
import { parseEventLogs } from 'viem'
import { Guard } from '../contracts/Guard.ts'
import { Liquidator } from '../contracts/Liquidator.ts'
import type { Decision, Finding, Hex } from '../core/flow.ts'
import { hex32 } from '../core/words.ts'
import type { Response } from './drill-measure.ts'

/** A line of `firebreak watch --json`. */
export interface NodeReport {
  readonly node?: string
  readonly kind: string
  readonly block?: number
  readonly atMs?: number
  readonly seenAtMs?: number | null
  readonly body?: unknown
}

interface Chain {
  readonly head: { readonly number: number }
  readonly prices: object
  readonly deployment: {
    readonly guard: Hex
    readonly liquidatorContract: Hex
    readonly guardEntries: readonly { readonly id: Hex; readonly action: string }[]
    readonly assets: readonly { readonly symbol: string; readonly address: Hex }[]
    readonly nodes: readonly { readonly address: Hex }[]
  }
}

interface ContractEvent<Args> {
  readonly eventName: string
  readonly blockNumber: Hex
  readonly transactionHash: Hex
  readonly args: Args
}
type GuardEvent = ContractEvent<{ readonly entry: Hex; readonly subject: Hex; readonly round: number }>
type Liquidation = ContractEvent<{ readonly user: Hex }>

type Rpc = (method: string, params: readonly unknown[]) => Promise<unknown>

export async function guardedResponse(
  rpc: Rpc,
  chain: Chain,
  lines: readonly NodeReport[],
  toBlock: number,
): Promise<{ response: Response; firstOwnBlock: number | undefined }> {
  const { guard, liquidatorContract, nodes } = chain.deployment
  const logsOf = (address: Hex) => rpc('eth_getLogs', [{ address, fromBlock: quantity(chain.head.number), toBlock: 'latest' }])
  const events = parseEventLogs({ abi: Guard.abi, logs: (await logsOf(guard)) as never }) as unknown as GuardEvent[]
  const sold = parseEventLogs({
    abi: Liquidator.abi,
    eventName: 'Liquidated',
    logs: (await logsOf(liquidatorContract)) as never,
  }) as unknown as Liquidation[]
  const own = await ownTransactions(
    rpc,
    nodes.map((n) => n.address.toLowerCase()),
    chain.head.number + 1,
    toBlock,
  )
  const ours = new Set(own.map((tx) => tx.hash))
  const actions = [
    ...actionsOf(events, chain, lines),
    // anyone may use the Liquidator; what others do with it is not our doing
    ...sold.filter((e) => ours.has(e.transactionHash)).map(liquidationOf),
  ].sort((a, b) => a.block - b.block)
  const ethUsd = (chain.prices as Readonly<Record<string, number>>)['WETH'] ?? 0
  const first = lines.find((l) => l.node === 'a')?.node
  return {
    firstOwnBlock: own[0]?.block,
    response: {
      findings: findingsOf(lines, first),
      certificates: certificatesOf(lines),
      actions,
      gasUsd: own.reduce((sum, tx) => sum + tx.feeEth, 0) * ethUsd,
    },
  }
}

function findingsOf(lines: readonly NodeReport[], node: string | undefined): Response['findings'] {
  const seen = new Map(lines.flatMap((l) => (l.kind === 'block' && l.node === node ? [[l.block, l.seenAtMs ?? null] as const] : [])))
  return lines.flatMap((line) => {
    if (line.kind !== 'finding' || line.node !== node) return []
    const f = line.body as Finding
    const seenAtMs = seen.get(f.block)
    return [
      {
        block: f.block,
        severity: f.severity,
        detector: f.detector,
        subject: f.subject.id,
        msFromHead: seenAtMs && line.atMs ? line.atMs - seenAtMs : null,
      },
    ]
  })
}

function certificatesOf(lines: readonly NodeReport[]): Response['certificates'] {
  return lines.flatMap((line) => {
    if (line.kind !== 'certificate') return []
    const body = line.body as { operation: string; msFromHead: number | null }
    return [{ block: line.block ?? 0, operation: body.operation, msFromHead: body.msFromHead }]
  })
}

function actionsOf(events: readonly GuardEvent[], chain: Chain, lines: readonly NodeReport[]): Response['actions'] {
  const { guardEntries, assets } = chain.deployment
  return events
    .filter((e) => e.eventName === 'Executed')
    .map((executed) => {
      const { entry, subject, round } = executed.args
      const block = Number(executed.blockNumber)
      const ended = events.find(
        (e) => e.eventName === 'Ended' && e.args.entry === entry && e.args.subject === subject && e.args.round === round,
      )
      const action = guardEntries.find((e) => e.id === entry)?.action ?? entry
      const symbol = assets.find((a) => hex32(BigInt(a.address)) === subject)?.symbol ?? subject
      const decision = lines.find(
        (l) => l.kind === 'decision' && (l.body as Decision).proposals.some((p) => p.entry === entry && p.subject === subject),
      )
      const chosen = decision?.body as Decision | undefined
      return {
        action,
        subject: symbol,
        class: chosen?.weighed.find((w) => w.option === chosen.chosen)?.class ?? 'market',
        effective: heldAfter(lines, block, ended ? Number(ended.blockNumber) : Number.MAX_SAFE_INTEGER),
        liftedAfterBlocks: ended ? Number(ended.blockNumber) - block : null,
        txHash: executed.transactionHash,
        block,
      }
    })
}

/** The contract refuses what does not raise the account's health, so that what was mined was effective; nothing of it is lifted. */
const liquidationOf = ({ args, blockNumber, transactionHash }: Liquidation): Response['actions'][number] => ({
  action: 'liquidate',
  subject: args.user.toLowerCase(),
  class: 'account',
  effective: true,
  block: Number(blockNumber),
  liftedAfterBlocks: null,
  txHash: transactionHash,
})

/** The nodes tried in time to go on with the attack while the action was in force, and never could. */
function heldAfter(lines: readonly NodeReport[], from: number, to: number): boolean {
  const tries = lines.flatMap((l) => {
    const body = l.body as { held: boolean; late: boolean; tried: number } | undefined
    return l.kind === 'verified' && body && (l.block ?? 0) >= from && (l.block ?? 0) < to && !body.late && body.tried > 0 ? [body] : []
  })
  return tries.length > 0 && tries.every((t) => t.held)
}

interface OwnTransaction {
  readonly hash: Hex
  readonly block: number
  readonly feeEth: number
}

async function ownTransactions(rpc: Rpc, senders: readonly string[], from: number, to: number): Promise<readonly OwnTransaction[]> {
  const own: OwnTransaction[] = []
  for (let block = from; block <= to; block++) {
    const receipts = (await rpc('eth_getBlockReceipts', [quantity(block)])) as {
      from: string
      transactionHash: Hex
      gasUsed: Hex
      effectiveGasPrice: Hex
    }[]
    for (const r of receipts)
      if (senders.includes(r.from.toLowerCase()))
        own.push({ hash: r.transactionHash, block, feeEth: (Number(r.gasUsed) * Number(r.effectiveGasPrice)) / 1e18 })
  }
  return own
}

const quantity = (n: number): Hex => `0x${n.toString(16)}`
