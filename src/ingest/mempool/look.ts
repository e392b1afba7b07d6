// One look at a proven transaction: by itself, after all that waits beside it, in another environment; and whether it could be included.
import type { Hex, Input, PendingTx } from '../../core/flow.ts'
import { isUnsupported, RpcError } from '../errors.ts'
import type { Rpc } from '../rpc.ts'
import { newestHash, senderOf } from './chain-facts.ts'
import type { Environment, Standing } from './engine.ts'
import { obstacleOf } from './obstacle.ts'
import { inOrder } from './order.ts'
import { sameShape } from './shape.ts'
import { type Bench, hasEffect, type Trial, tryOut } from './trial.ts'
import type { Held, WaitingSet } from './waiting-set.ts'

type PendingInput = Extract<Input, { kind: 'pending' }>

export interface LookAt {
  readonly rpc: Rpc
  readonly bench: Bench
  readonly on: Standing
  readonly chainId: number
  /** The reads of the head without any transaction. */
  readonly usual: Trial
  readonly waiting: WaitingSet
  readonly watched: (address: Hex) => boolean
  readonly signal: AbortSignal
}

export interface Looked {
  /** Watched contracts that it touches; empty: it has no effect on what is watched. */
  readonly touched: ReadonlySet<Hex>
  /** By itself, then after what waits beside it, if that is another thing. */
  readonly inputs: readonly PendingInput[]
}

/** Beside how many others it is tried: the dearest of those that touch the same contracts. */
const MOST_BESIDE = 8
const NOTHING: Looked = { touched: new Set(), inputs: [] }

/** undefined: the node has moved on, so that nothing here was said of the head. */
export async function lookAt(held: Held, about: LookAt): Promise<Looked | undefined> {
  const { tx } = held
  const { rpc, waiting, watched, signal, on } = about
  const alone = [...waiting.neededBy(tx), tx]
  const { trial, environment } = await firstTrial(tx, alone, about)
  const effect = hasEffect(trial, about.usual)
  const callsWatched = tx.to !== null && watched(tx.to)
  if (!effect && !callsWatched) return NOTHING
  const touched = new Set<Hex>(trial.logs.map(({ address }) => address))
  if (callsWatched && tx.to !== null) touched.add(tx.to)
  if (touched.size === 0) touched.add(ANYWHERE) // it changed what is read, without an event
  // before we look for others: of two that are looked at together, the later sees the earlier
  held.touched = touched
  const obstacle = await obstacleFor(tx, about)
  const beside = obstacle === '' ? await besides(tx, touched, about) : []
  const inputs: PendingInput[] = []
  if (effect) inputs.push(await inputOf(tx, alone, trial, obstacle, environment === 'next', about))
  if (beside.length > 0) {
    const all = inOrder([...new Set([...beside.flatMap((other) => [...waiting.neededBy(other), other]), ...alone])])
    const together = await tryOut(about.bench, on, all, 'next', signal)
    if (hasEffect(together, about.usual)) inputs.push(await inputOf(tx, all, together, obstacle, true, about))
  }
  // one of the next block would already hold what it was asked to try
  return (await newestHash(rpc, signal)) === on.hash ? { touched, inputs } : undefined
}

/** A node refuses to simulate what can't pay; what it would do is tried all the same, without a fee. */
async function firstTrial(
  tx: PendingTx,
  txs: readonly PendingTx[],
  about: LookAt,
): Promise<{ readonly trial: Trial; readonly environment: Environment }> {
  const { bench, on, signal } = about
  try {
    return { trial: await tryOut(bench, on, txs, 'next', signal), environment: 'next' }
  } catch (error) {
    if (!(error instanceof RpcError) || isUnsupported(error) || (await obstacleFor(tx, about)) === '') throw error
    return { trial: await tryOut(bench, on, txs, 'unpaid', signal), environment: 'unpaid' }
  }
}

/** Stands for all contracts, where what was touched can't be named. */
const ANYWHERE: Hex = '0x'

/** The dearest others that touch the same contracts and could be included. */
async function besides(tx: PendingTx, touched: ReadonlySet<Hex>, about: LookAt): Promise<readonly PendingTx[]> {
  const needed = new Set(about.waiting.neededBy(tx).map(({ hash }) => hash))
  const others = about.waiting
    .touching()
    .filter((held) => held.tx.hash !== tx.hash && !needed.has(held.tx.hash))
    .filter((held) => [...held.touched].some((address) => touched.has(address) || address === ANYWHERE) || touched.has(ANYWHERE))
    .map((held) => held.tx)
    .sort((a, b) => Number(BigInt(b.maxFeePerGas) - BigInt(a.maxFeePerGas)))
  const able: PendingTx[] = []
  for (const other of others) {
    if (able.length === MOST_BESIDE) break
    if ((await obstacleFor(other, about)) === '') able.push(other)
  }
  return able
}

async function obstacleFor(tx: PendingTx, { rpc, on, waiting, signal }: LookAt): Promise<string> {
  const sender = await senderOf(rpc, tx.from, on.hash, signal)
  return obstacleOf(tx, on, { ...sender, earlier: waiting.earlier(tx).filter(({ nonce }) => nonce >= sender.nonce) })
}

/** In the odd environment only what happens to what is watched is compared; where it differs, its reads are asked too. */
async function inputOf(
  tx: PendingTx,
  txs: readonly PendingTx[],
  trial: Trial,
  obstacle: string,
  compare: boolean,
  about: LookAt,
): Promise<PendingInput> {
  const odd = compare ? await tryOut(about.bench, about.on, txs, 'odd', about.signal) : trial
  const same = sameShape({ ok: trial.ok, watched: trial.logs }, { ok: odd.ok, watched: odd.logs })
  return {
    kind: 'pending',
    chainId: about.chainId,
    onHash: about.on.hash,
    timeS: trial.timeS,
    txHash: tx.hash,
    rawTx: tx.raw,
    txs,
    obstacle,
    logs: trial.logs,
    reads: trial.reads,
    ...(same ? {} : { other: { logs: odd.logs, reads: odd.reads } }),
  }
}
