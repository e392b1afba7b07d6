// Brings certificates to Guards: each at most once by this node, whatever crashes, and as fast as fees and blocks allow.
import { FirebreakError, UserError } from '../core/errors.ts'
import type { ActionClass, Hex } from '../core/flow.ts'
import type { Intent } from '../record/intent.ts'
import type { NodeRecord } from '../record/record.ts'
import { StorageError } from '../record/storage-error.ts'
import { callOf, type Wanted } from './calls.ts'
import { Course } from './course.ts'
import { type Bid, checkFees, type Fees } from './fees.ts'
import { Node, type RpcClient } from './node.ts'
import { type StepName, Steps } from './steps.ts'
import type { Submission } from './submission.ts'
import type { Wallet } from './wallet.ts'

export interface ResponderOptions {
  readonly record: NodeRecord
  readonly wallet: Pick<Wallet, 'address' | 'signTransaction'>
  readonly rpc: RpcClient
  readonly chainId: number
  readonly fees: Fees
  /** After so many blocks without being mined a transaction is replaced; 2 without it. */
  readonly stuckBlocks?: number
  /** Least gas limit; 250,000 without it. */
  readonly gasFloor?: bigint
  /** The chain's time between blocks. With it, simulations run at the next block's time. */
  readonly blockTimeS?: number
  /** How long one question to the node may be repeated; 8,000 without it. */
  readonly patienceMs?: number
  /** The highest bid of those whom this call should come before, if it is a race. */
  readonly outbid?: (call: { readonly guard: Hex; readonly entry: Hex; readonly subject: Hex; readonly round: number }) => Bid | undefined
  /** A way past the public mempool, and when it is taken; without it everything is public. */
  readonly submission?: Submission
  readonly now?: () => number
  /** Told after each step, when it is on disk. */
  readonly onStep?: (step: StepName, intent: Hex) => void | Promise<void>
}

export interface Responder {
  /** Brings it as far as it goes now; asking again for the same does no harm. Rejects only if the disk fails, or by a mistake. */
  respond(wanted: Wanted, about?: { readonly class?: ActionClass }): Promise<Intent>
  /** After each committed block. */
  onBlock(number: number): Promise<void>
  /** There is no block, and by the clock it is this late on the chain. */
  onTick(timeS: number): void
  onReorg(toNumber: number): Promise<void>
  /** At the start, before anything else. */
  resume(): Promise<void>
  /** Resolves when nothing is under way, so that the record can be closed. */
  idle(): Promise<void>
}

const STUCK_BLOCKS = 2
const GAS_FLOOR = 250_000n
const PATIENCE_MS = 8_000

export function createResponder(options: ResponderOptions): Responder {
  checkFees(options.fees)
  const { record, chainId } = options
  const { intents } = record
  const steps = new Steps({
    record,
    wallet: { address: options.wallet.address.toLowerCase() as Hex, signTransaction: options.wallet.signTransaction },
    node: new Node(options.rpc),
    chainId,
    fees: options.fees,
    gasFloor: options.gasFloor ?? GAS_FLOOR,
    blockTimeS: options.blockTimeS,
    patienceMs: options.patienceMs ?? PATIENCE_MS,
    outbid: options.outbid ?? (() => undefined),
    submission: options.submission,
    now: options.now ?? Date.now,
    onStep: options.onStep ?? (() => {}),
  })
  const course = new Course(steps, intents, options.stuckBlocks ?? STUCK_BLOCKS)
  steps.head = storedHead()
  const told = new Map<Hex, string>()
  let queue: Promise<unknown> = Promise.resolve()

  /** One thing at a time, so that no two intents are given the same nonce. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work)
    queue = result.catch(() => {})
    return result
  }

  /** A node that fails us is told of in the log, once for each new reason; the row stays where it is on disk. */
  async function attempt(row: Intent, work: () => Promise<Intent>): Promise<Intent> {
    try {
      const after = await work()
      told.delete(row.id)
      return after
    } catch (cause) {
      if (!(cause instanceof FirebreakError) || !cause.retryable || cause instanceof StorageError) throw cause
      if (told.get(row.id) !== cause.message) record.append([steps.entry(row.id, 'unreachable', { reason: cause.message })])
      told.set(row.id, cause.message)
      return intents.get(row.id) ?? row
    }
  }

  function storedHead(): number {
    return record.cursors().find((cursor) => cursor.chainId === chainId)?.number ?? 0
  }

  async function withOpenRows(work: (row: Intent) => Promise<Intent>): Promise<void> {
    for (const row of intents.open()) if (row.chainId === chainId) await attempt(row, () => work(row))
  }

  return {
    async respond(wanted, about = {}) {
      const call = { ...callOf(wanted), class: about.class ?? null }
      if (call.chainId !== chainId) throw new UserError('chain of a certificate', call.chainId, `${chainId}, this responder's`)
      return inTurn(async () => {
        const { row, isNew } = await course.rowFor(call)
        return attempt(row, () => (isNew ? steps.proceed(row) : course.askAgain(row, call)))
      })
    },
    onBlock: (number) =>
      inTurn(() => {
        steps.head = number
        steps.presentS = 0
        return withOpenRows((row) => course.atBlock(row, number))
      }),
    onTick: (timeS) => {
      steps.presentS = timeS
    },
    onReorg: (toNumber) =>
      inTurn(async () => {
        steps.head = toNumber
        intents.orphan(chainId, toNumber, toNumber, (row) => [steps.entry(row.id, 'reorged', { txHash: row.signed?.txHash })])
      }),
    resume: () =>
      inTurn(() => {
        steps.head = storedHead()
        return withOpenRows((row) => course.takeUp(row))
      }),
    async idle() {
      await queue
    },
  }
}
