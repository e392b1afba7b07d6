// The steps of one intent: simulate, sign, send, look whether it is mined. Each leaves the row on disk before the next begins.
import { keccak256, parseTransaction } from 'viem'
import type { Entry, Hex } from '../core/flow.ts'
import type { Intent, Signed, StoredTransaction } from '../record/intent.ts'
import type { IntentChange } from '../record/intents.ts'
import type { NodeRecord } from '../record/record.ts'
import type { GuardCall } from './calls.ts'
import { type Bid, bidOf, type Fees } from './fees.ts'
import { type Latest, type Node, quantity, type SendAnswer } from './node.ts'
import { type FreeNonce, freeNonces, highestBid } from './nonces.ts'
import { SigningError } from './signing-error.ts'
import { goesPrivately, type Submission } from './submission.ts'
import type { Verdict } from './verdict.ts'
import type { Wallet } from './wallet.ts'

/** Names of the steps that are told to `onStep`, each after it is on disk. */
export type StepName = 'planned' | 'simulated' | 'signed' | 'sent' | 'mined'

export interface StepsOptions {
  readonly record: NodeRecord
  readonly wallet: Pick<Wallet, 'address' | 'signTransaction'>
  readonly node: Node
  readonly chainId: number
  readonly fees: Fees
  /** Least gas limit: an estimate may fall short of what the Guard's entry demands of a call. */
  readonly gasFloor: bigint
  /** If given, simulations run at the next block's time, so that a certificate isn't sent into the wrong window. */
  readonly blockTimeS: number | undefined
  readonly patienceMs: number
  /** What must be outbid for this to come first, if it is a race; `undefined`: nothing. */
  readonly outbid: (call: Pick<GuardCall, 'guard' | 'entry' | 'subject' | 'round'>) => Bid | undefined
  /** Past the public mempool, if there is such a way. */
  readonly submission: Submission | undefined
  readonly now: () => number
  readonly onStep: (step: StepName, intent: Hex) => void | Promise<void>
}

type Call = Pick<GuardCall, 'window' | 'step' | 'incident' | 'calldata'> & Pick<Intent, 'class'>

interface Place {
  readonly nonce: number
  readonly bid: Bid
}

/** For what goes through in the next block and not in the last, so that nobody estimates it: above all that the Guard does. */
const GAS_UNESTIMATED = 2_000_000n
/** Of an estimate, in percent: state may change between estimate and inclusion. */
const GAS_MARGIN_PERCENT = 130n
const MAX_OUTBIDS = 3
/** Which says nothing of the action. */
export const NONCE_USED = 'its nonce was used by another transaction'
const CAPPED = 'the fee cap does not allow to outbid the transaction that waits'
/** So long the node is asked why a transaction reverted. */
const REASON_BLOCKS = 64

export class Steps {
  /** Block that the node stands on. */
  head = 0
  /** Time went on to here without a block. */
  presentS = 0
  constructor(private readonly options: StepsOptions) {}

  /** From planned or simulated as far as it goes now. */
  async proceed(row: Intent): Promise<Intent> {
    const simulated = await this.simulate(row)
    if (simulated.state !== 'simulated') return simulated
    const signed = await this.sign(simulated)
    return signed.state === 'signed' ? this.send(signed) : signed
  }

  async plan(call: GuardCall & Pick<Intent, 'class'>, turn: number): Promise<Intent> {
    const { operation, guard, entry, subject, round, incident } = call
    const about = { operation, guard, entry, subject, round, incident }
    const row = this.options.record.intents.plan(
      { ...call, class: call.class },
      this.head,
      (id) => [this.entry(id, 'planned', about)],
      turn,
    )
    await this.options.onStep('planned', row.id)
    return row
  }

  /** What the Guard would say to this calldata on top of the newest block, in one that comes in a block's time. */
  async ask({ guard, calldata }: Pick<Intent, 'guard' | 'calldata'>): Promise<Verdict> {
    const { node, wallet, blockTimeS, patienceMs } = this.options
    const timeS = blockTimeS === undefined ? undefined : Math.max((await node.latest(patienceMs)).timeS, this.presentS) + blockTimeS
    return node.simulate({ from: wallet.address, to: guard, data: calldata }, 'latest', patienceMs, timeS)
  }

  /** Signs with a free nonce, or, if the row has a transaction that isn't mined, with that one's nonce and higher fees. */
  async sign(row: Intent, call: Call = row, knownGas?: bigint): Promise<Intent> {
    const { node, wallet, chainId, patienceMs, gasFloor, record } = this.options
    const request = { from: wallet.address, to: row.guard, data: call.calldata }
    const [estimate, latest, mined, pending] = await Promise.all([
      knownGas ?? node.estimateGas(request, patienceMs),
      node.latest(patienceMs),
      node.transactionCount(wallet.address, 'latest', patienceMs),
      node.transactionCount(wallet.address, 'pending', patienceMs),
    ])
    // nodes estimate at the time of the last block, and what is for the next may be too early in that
    const isForNext = typeof estimate !== 'bigint' && estimate.kind === 'wait' && (await this.ask({ ...row, ...call })).kind === 'ok'
    if (typeof estimate !== 'bigint' && !isForNext) return this.apply(row, estimate)
    const margin = knownGas ?? (typeof estimate === 'bigint' ? (estimate * GAS_MARGIN_PERCENT) / 100n : GAS_UNESTIMATED)
    const gas = margin > gasFloor ? margin : gasFloor
    const free = freeNonces(mined, pending, record.intents.transactionsFrom(chainId, wallet.address, mined))
    // bytes that no pool took hold nobody up: other bytes may take their nonce without outbidding them
    const inPool = pending > (row.signed?.nonce ?? 0) || call.calldata === row.calldata
    const place = row.signed === null ? this.place(row, latest, free) : this.samePlace(row, row.signed, latest, free, inPool)
    if (place === undefined) return this.tell(row, 'capped', CAPPED)
    const { nonce, bid } = place
    const fees = { maxFeePerGas: bid.maxFeePerGas, maxPriorityFeePerGas: bid.priorityFeePerGas }
    const raw = await this.signed({ type: 'eip1559', chainId, nonce, to: row.guard, data: call.calldata, gas, ...fees })
    const txHash = keccak256(raw)
    const facts = { txHash, nonce, maxFeePerGas: bid.maxFeePerGas, ...(row.signed === null ? {} : { replaces: row.signed.txHash }) }
    const entries = [this.entry(row.id, 'signed', facts)]
    const change = { call, orphanedBlock: null }
    const stored = { signer: wallet.address, nonce, raw, txHash, ...bid, signedBlock: this.head }
    const after = record.intents.sign(row.id, stored, this.head, entries, change)
    await this.options.onStep('signed', row.id)
    return after
  }

  /** Sends the stored bytes. Sending them twice does no harm: they are the same transaction. */
  async send(row: Intent, outbids = 0): Promise<Intent> {
    if (row.signed === null) return row
    const { answer, route } = await this.submit(row, row.signed.raw)
    switch (answer.kind) {
      case 'accepted': {
        const step = row.state === 'sent' ? 'resent' : 'sent'
        const sent = this.advance(row, 'sent', step, { txHash: row.signed.txHash, ...route }, { orphanedBlock: null })
        await this.options.onStep('sent', row.id)
        return sent
      }
      case 'nonce-used':
        return this.endedOr(row, NONCE_USED, 'planned')
      case 'underpriced': {
        if (outbids >= MAX_OUTBIDS) return this.tell(row, 'refused', answer.reason)
        const higher = await this.sign(row)
        return higher.state === 'signed' && higher.signed?.raw !== row.signed.raw ? this.send(higher, outbids + 1) : higher
      }
      case 'refused':
        return this.tell(row, 'refused', answer.reason)
    }
  }

  /** Has it gone to a relay that may have had it for one block only, so that it must be brought again, or now publicly? */
  needsBringing(row: Intent): boolean {
    const { submission } = this.options
    return submission !== undefined && row.state === 'sent' && this.age(row) <= submission.fallbackBlocks
  }

  /** A relay that refuses or can't be reached costs nothing but its answer's time: the public way is taken at once. */
  private async submit(row: Intent, raw: Hex): Promise<{ readonly answer: SendAnswer; readonly route: object }> {
    const { submission, node, patienceMs, outbid } = this.options
    if (submission === undefined) return { answer: await node.send(raw, patienceMs), route: {} }
    let why = {}
    if (goesPrivately(submission, outbid(row) !== undefined, this.age(row))) {
      const lastBlock = this.head + submission.fallbackBlocks - this.age(row)
      const answer = await submission.relay.send(raw, this.head + 1, lastBlock)
      if (answer.kind === 'accepted') return { answer, route: { route: 'private' } }
      why = { relay: answer.reason }
    }
    return { answer: await node.send(raw, patienceMs), route: { route: 'public', ...why } }
  }

  /** Blocks since it was first signed. */
  private age(row: Intent): number {
    return this.head - this.transactionsOf(row).reduce((first, { signedBlock }) => Math.min(first, signedBlock), this.head)
  }

  /** If one of its transactions is mined: the row as it ended (or planned again, if it was only too early or late). */
  async settle(row: Intent): Promise<Intent | undefined> {
    if (row.signed === null) return undefined
    const { node, patienceMs } = this.options
    for (const transaction of this.transactionsOf(row)) {
      const receipt = await node.receipt(transaction.txHash, patienceMs)
      if (receipt === undefined) continue
      const { blockNumber, blockHash } = receipt
      const mined = { minedBlock: blockNumber, minedHash: blockHash, txHash: transaction.txHash, orphanedBlock: null }
      const facts = { txHash: transaction.txHash, minedBlock: blockNumber, minedHash: blockHash }
      if (receipt.success) {
        const after = this.advance(row, 'mined', 'mined', facts, mined)
        await this.options.onStep('mined', row.id)
        return after
      }
      const verdict = await this.whyReverted(row, transaction, blockNumber)
      const reason = verdict.kind === 'ok' ? 'reverted when it was mined, but not afterwards' : verdict.reason
      if (verdict.kind === 'wait') return this.giveUp(row, 'planned', reason, facts)
      return this.advance(row, verdict.kind === 'obsolete' ? 'obsolete' : 'failed', 'reverted', { ...facts, reason }, { ...mined, reason })
    }
    return undefined
  }

  /** Is the row's nonce used up, whoever used it? */
  async nonceUsed(row: Intent): Promise<boolean> {
    const { node, patienceMs } = this.options
    return row.signed !== null && (await node.transactionCount(row.signed.signer, 'latest', patienceMs)) > row.signed.nonce
  }

  /** It can't happen any more, unless it was our own transaction that did it just now: a block may come between two questions. */
  async endedOr(row: Intent, reason: string, to: 'planned' | 'obsolete' = 'obsolete'): Promise<Intent> {
    return (await this.settle(row)) ?? this.giveUp(row, to, reason)
  }

  /** Ends the row, or plans it anew; its nonce is free again. */
  giveUp(row: Intent, to: 'planned' | 'failed' | 'obsolete', reason: string, facts: object = {}): Intent {
    const step = to === 'planned' ? 'waiting' : to
    return this.options.record.intents.release(row.id, to, this.head, { reason, orphanedBlock: null }, [
      this.entry(row.id, step, { ...facts, reason }),
    ])
  }

  /** Says it in the log, once; the row stays as it is. */
  tell(row: Intent, step: string, reason: string): Intent {
    return row.reason === reason ? row : this.advance(row, row.state, step, { reason }, { reason })
  }

  entry(intent: Hex, step: string, facts: object = {}): Entry {
    const { chainId, now } = this.options
    return { origin: 'edge', kind: 'intent', chainId, block: this.head, body: { intent, step, ...facts, atMs: now() } }
  }

  private async simulate(row: Intent): Promise<Intent> {
    const verdict = await this.ask(row)
    if (verdict.kind !== 'ok') return this.apply(row, verdict)
    const after = row.state === 'simulated' ? row : this.advance(row, 'simulated', 'simulated', {}, {})
    if (after !== row) await this.options.onStep('simulated', row.id)
    return after
  }

  /** What a refusal does to a row that is not in a pool; one that is there stays for `onBlock` to judge. */
  private apply(row: Intent, verdict: Verdict): Intent | Promise<Intent> {
    if (verdict.kind === 'ok') return row
    if (verdict.kind === 'obsolete') return this.endedOr(row, verdict.reason)
    if (row.signed !== null) return this.tell(row, 'waiting', verdict.reason)
    if (verdict.kind === 'failed') return this.giveUp(row, 'failed', verdict.reason)
    return row.state === 'planned' && row.reason === verdict.reason
      ? row
      : this.advance(row, 'planned', 'waiting', { reason: verdict.reason }, { reason: verdict.reason })
  }

  private advance(row: Intent, to: Intent['state'], step: string, facts: object, change: IntentChange): Intent {
    return this.options.record.intents.advance(row.id, to, this.head, change, [this.entry(row.id, step, facts)])
  }

  private place(row: Intent, { baseFee }: Latest, free: Iterable<FreeNonce>): Place | undefined {
    const { fees } = this.options
    for (const { nonce, before, inPool } of free) {
      // what is in no pool need not be outbid, if that is too dear
      const rival = this.options.outbid(row)
      const bid = bidOf(fees, row.class, baseFee, before, rival) ?? (inPool ? undefined : bidOf(fees, row.class, baseFee, undefined, rival))
      if (bid !== undefined) return { nonce, bid }
    }
    return undefined
  }

  /** The nonce it has, unless a reorg or a pool that lost something left a gap below it: then nothing is mined but from there. */
  private samePlace(row: Intent, { signer, nonce }: Signed, latest: Latest, free: Iterable<FreeNonce>, inPool: boolean): Place | undefined {
    const { wallet, fees } = this.options
    if (signer !== wallet.address) return undefined
    for (const candidate of free) {
      if (candidate.nonce > nonce) break
      if (!candidate.inPool) return this.place(row, latest, [candidate])
    }
    const bid =
      bidOf(fees, row.class, latest.baseFee, highestBid(this.transactionsOf(row)), this.options.outbid(row)) ??
      (inPool ? undefined : bidOf(fees, row.class, latest.baseFee, undefined, this.options.outbid(row)))
    return bid === undefined ? undefined : { nonce, bid }
  }

  /** The same bytes but for the fees. Nodes estimate on what waits too, where this is done already: by our own transaction. */
  raise(row: Intent, call: Call): Promise<Intent> {
    return this.sign(row, call, row.signed === null ? undefined : parseTransaction(row.signed.raw).gas)
  }

  /** Somebody bids as much as we did, or more, for what ours should come before. */
  isOutbid(row: Intent): boolean {
    const rival = this.options.outbid(row)
    return row.signed !== null && rival !== undefined && row.signed.maxFeePerGas <= rival.maxFeePerGas
  }

  private transactionsOf(row: Intent): StoredTransaction[] {
    return this.options.record.intents
      .transactions(row.id)
      .filter(({ nonce, signer }) => nonce === row.signed?.nonce && signer === row.signed.signer)
  }

  /** Asked on the state after its block, where whoever was faster shows; with its own bytes, since the row may hold newer ones. */
  private async whyReverted(row: Intent, { raw, signer }: StoredTransaction, block: number): Promise<Verdict> {
    const { data = '0x', gas = 0n } = parseTransaction(raw)
    try {
      const call = { from: signer, to: row.guard, data, gas: quantity(gas) }
      return await this.options.node.simulate(call, quantity(block), this.options.patienceMs)
    } catch (cause) {
      // nodes forget old states; then nobody will ever say
      if (this.head - block < REASON_BLOCKS) throw cause
      return { kind: 'failed', reason: 'reverted; the node no longer knows why' }
    }
  }

  /** A wallet's own error could hold anything; none of it goes further. */
  private async signed(request: Parameters<Wallet['signTransaction']>[0]): Promise<Hex> {
    try {
      return await this.options.wallet.signTransaction(request)
    } catch {
      throw new SigningError(this.options.wallet.address, request.nonce)
    }
  }
}
