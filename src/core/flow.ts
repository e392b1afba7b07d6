// The words that cross a boundary between stages: what may be known (Input) and what each stage makes of it.
import type { BlockTraces } from './trace.ts'

export type Hex = `0x${string}`

/** One event log of a watched contract. Numbers, not hex, where they order or count. */
export interface Log {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly txHash: Hex
  readonly txIndex: number
  readonly logIndex: number
}

/** A view call at a block's hash: a read is an event that the contract forgot to emit. */
export interface Call {
  readonly to: Hex
  readonly data: Hex
}

/** The answer to a call; null: it reverted, which is an answer. */
export interface ReadResult {
  readonly to: Hex
  readonly data: Hex
  readonly result: Hex | null
}

/** A block with all that adapters asked for; complete before it is applied. */
export interface BlockInput {
  readonly chainId: number
  readonly number: number
  readonly hash: Hex
  readonly parentHash: Hex
  /** Unix seconds, the block's own timestamp. */
  readonly timeS: number
  readonly logs: readonly Log[]
  readonly reads: readonly ReadResult[]
  /** Absent: nobody asked for them. */
  readonly traces?: BlockTraces
}

/** One end of a bridge as its own chain's fold has it. Amounts are words. */
export interface CounterpartBridge {
  /** Address on the other chain. */
  readonly gateway: Hex
  /** Since when its departures are known there, unix seconds; 0: all of them are. */
  readonly sinceS: number
  readonly held: Hex
  readonly departed: Hex
  readonly arrived: Hex
  /** Departures of the blocks above `after`. */
  readonly sent: readonly { readonly id: Hex; readonly amount: Hex; readonly block: number; readonly timeS: number }[]
}

/** What another chain's fold says of bridges to this one. It takes the place of all that was heard of that chain's blocks above `after`. */
export interface Counterpart {
  readonly chainId: number
  readonly fromChainId: number
  /** The other chain's newest block. */
  readonly number: number
  readonly hash: Hex
  readonly timeS: number
  /** Newest block there that its fold can't undo. */
  readonly finalNumber: number
  readonly after: number
  readonly bridges: readonly CounterpartBridge[]
}

/** Everything the middle may know. The capture file is a list of these, in the order the node took them. */
export type Input =
  | { readonly kind: 'committed'; readonly block: BlockInput }
  /** A later block, while one before it can't be had: judged for the time being, undone when the gap is filled. */
  | { readonly kind: 'provisional'; readonly block: BlockInput }
  | { readonly kind: 'reorged'; readonly chainId: number; readonly toNumber: number; readonly toHash: Hex }
  | { readonly kind: 'finalized'; readonly chainId: number; readonly number: number; readonly hash: Hex }
  /** A transaction that waits, as it would go in the next block: a hypothetical block that lapses with the head it stands on. */
  | {
      readonly kind: 'pending'
      readonly chainId: number
      readonly onHash: Hex
      /** Time that the simulated block had. */
      readonly timeS: number
      readonly txHash: Hex
      readonly rawTx: Hex
      /** All that were simulated together, in the order in which the chain would take them; itself is among them. */
      readonly txs: readonly PendingTx[]
      /** Why it can't be included in the next block; empty: it can. Then it is told, and nothing is done about it. */
      readonly obstacle: string
      readonly logs: readonly Log[]
      readonly reads: readonly ReadResult[]
      /** What it did in another environment, where that wasn't the same events in the same order. */
      readonly other?: { readonly logs: readonly Log[]; readonly reads: readonly ReadResult[] }
    }
  /** What became of a transaction that was given as `pending`. `gone`: nobody has seen it for so long that it counts no more. */
  | {
      readonly kind: 'settled'
      readonly chainId: number
      readonly txHash: Hex
      readonly how: 'included' | 'reverted' | 'replaced' | 'gone'
    }
  | {
      readonly kind: 'simulated'
      readonly chainId: number
      readonly onHash: Hex
      readonly incident: Hex
      readonly outcomes: readonly Outcome[]
      readonly late: boolean
    }
  | {
      readonly kind: 'rehearsed'
      readonly chainId: number
      readonly onHash: Hex
      readonly operation: string
      readonly run: RehearsalRun
      /** False: this node's endpoint could not try it; `why` says so. */
      readonly tried: boolean
      /** True: only views were looked at, no storage and no events. */
      readonly partial: boolean
      readonly why: string
      /** Index of the first call that failed, of which `why` is the reason; -1: none. Then nothing of it would happen. */
      readonly failedCall: number
      /** Of the topics asked for, in order. */
      readonly logs: readonly RehearsedLog[]
      /** Those that are other after it. */
      readonly values: readonly RehearsedValue[]
    }
  | { readonly kind: 'tick'; readonly chainId: number; readonly timeS: number }
  | { readonly kind: 'blind'; readonly chainId: number; readonly sinceBlock: number; readonly reason: BlindReason }
  | ({ readonly kind: 'counterpart' } & Counterpart)
  | { readonly kind: 'operator'; readonly order: 'approve' | 'deny' | 'lift'; readonly subject: string; readonly signature: Hex }

/** A transaction that waits, as its own signed bytes say: all else can be made again from `raw`. Amounts are hex quantities. */
export interface PendingTx {
  readonly hash: Hex
  readonly raw: Hex
  readonly from: Hex
  /** null: it creates a contract. */
  readonly to: Hex | null
  readonly data: Hex
  readonly value: Hex
  readonly nonce: number
  readonly gas: number
  readonly maxFeePerGas: Hex
  readonly priorityFeePerGas: Hex
}

/** Why we can't see. `state-mismatch`: the contract's own view says otherwise than our tables. */
export type BlindReason = 'unreachable' | 'stalled' | 'gap' | 'deep-reorg' | 'bad-answer' | 'state-mismatch'

/** Harm if true. Never mixed with probability. */
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical'

/** Where a finding's evidence comes from. Findings are independent when their sources differ. */
export type Source = ('reporters' | 'second-feed' | 'pool' | 'exchange' | 'accounts' | 'authority' | 'endpoint') | 'counterpart' | 'trace'

/** What a finding or an action is about. `id` is an address (or a chain id) in lower case. */
export interface Subject {
  readonly kind: 'feed' | 'market' | 'account' | 'venue' | 'contract' | 'chain'
  readonly chainId: number
  readonly id: string
}

export type Evidence = Readonly<Record<string, bigint | number | string>>

/** One detector, one subject, one block, with evidence. */
export interface Finding {
  /** Hash of all that follows. */
  readonly id: Hex
  readonly detector: string
  readonly chainId: number
  readonly block: number
  readonly blockHash: Hex
  readonly timeS: number
  readonly subject: Subject
  readonly severity: Severity
  readonly source: Source
  /** `chain`: anyone can recompute it from the chain; `local`: it rests on what this node alone saw. */
  readonly basis: 'chain' | 'local'
  /** Made while a gap was open: may throttle, not more. */
  readonly provisional: boolean
  readonly summary: string
  readonly evidence: Evidence
  /** Hash of the detector's parameters. */
  readonly paramsHash: Hex
  /** Hash of the calibration whose threshold it was judged by; absent without one. */
  readonly calibrationHash?: Hex
}

/** Correlated findings handled as one. */
export interface Incident {
  /** Hash of its earliest finding; stays when that finding leaves the window. */
  readonly id: Hex
  readonly chainId: number
  /** Table row of the venue (a pool with shared collateral) that it is in. */
  readonly venue: number
  readonly venueId: Hex
  readonly status: 'open' | 'contained' | 'resolved'
  readonly severity: Severity
  readonly openedBlock: number
  readonly openedTimeS: number
  readonly lastFiringTimeS: number
  /** Of the evidence that bears on markets, if there is any. */
  readonly sources: readonly Source[]
  readonly findings: readonly Hex[]
  /** Market rows whose price or state is in doubt: the cause. */
  readonly suspects: readonly number[]
  /** Market rows that value leaves or can leave from: the effect. */
  readonly drained: readonly number[]
  /** Account rows that can be liquidated and that nobody liquidates. */
  readonly unattended: readonly number[]
  /** Roles (bytes32) used outside the governed path, while somebody outside it still holds them. */
  readonly compromised: readonly Hex[]
  /** Of the evidence that bears on markets. From a declared table until it is learned: see assess/probability.ts. */
  readonly probability: number
  /** Of the evidence that nobody liquidates. */
  readonly unattendedProbability: number
  readonly probabilityFrom: 'assumed'
  /** What the present state lets someone take, USD at last good prices: the analytic bound. */
  readonly lossAtRiskUsd: number
}

/** Names of what a venue's Guard entries do; `liquidate` needs no Guard. */
export type ActionName =
  | 'stopBorrowingAgainst'
  | 'stopBorrowing'
  | 'supplyCap'
  | 'borrowCap'
  | 'freeze'
  | 'reservePause'
  | 'liquidate'
  | OptionActionName
  | PerpActionName

/** Of pools that write options. */
export type OptionActionName = 'freezeBoard' | 'pauseAllOptions' | 'pauseOptionMarket' | 'setBoardIv' | 'setBreaker'

/** Of exchanges of perpetual futures. */
export type PerpActionName =
  | 'capFunding'
  | 'pauseClearingHouse'
  | 'pauseMarket'
  | 'pauseVault'
  | 'stopDeposits'
  | 'stopSwaps'
  | 'tightenSpread'

/** What a Guard entry can do. */
export type GuardActionName = Exclude<ActionName, 'liquidate' | OptionActionName | PerpActionName>

/** Ladder of response, narrowest first. */
export type ActionClass = 'observe' | 'throttle' | 'account' | 'market' | 'feed' | 'isolation' | 'pause'

/** What an emergency action leaves possible in the market it acts on; proved by a test on the real contract. */
export interface EffectRow {
  readonly opensPosition: Possible
  readonly supplies: Possible
  readonly borrowsOf: Possible
  readonly borrowsAgainst: Possible
  readonly withdraws: Possible
  /** Withdrawing *other* collateral of an account that has this one too and owes something. */
  readonly withdrawsOther: Possible
  readonly repays: Possible
  readonly liquidates: Possible
  readonly reversible: boolean
  /** The role that it takes; `anyone`: the protocol's own rules allow it to everybody at any time. */
  readonly role: string
  /** The roles that can undo it. */
  readonly undoneBy: readonly string[]
}
export type Possible = 'yes' | 'no'

/** One Guard call: which entry, on what, with which of the entry's values. */
export interface GuardStep {
  /** With `call`: the hash of its data. */
  readonly entry: Hex
  /** bytes32. */
  readonly subject: Hex
  readonly step: number
  readonly action: ActionName
  /** Table row of the market it acts on. */
  readonly market: number
  /** What anyone may call: then no Guard is asked. The nodes agree on it all the same. */
  readonly call?: Call
}

/** A candidate answer to an incident: one or several Guard steps, or none (observe). */
export interface Option {
  readonly id: string
  readonly class: ActionClass
  readonly steps: readonly GuardStep[]
}

/** What the edge is asked to simulate: each option, then the attack continued. */
export interface Question {
  readonly chainId: number
  readonly onHash: Hex
  readonly onNumber: number
  readonly incident: Hex
  readonly guard: Hex
  readonly options: readonly Option[]
  readonly probes: readonly Probe[]
  /** About a transaction that waits: we act before these, in this order, and the probes come after them. `probe` is the name under which its own success is told. */
  readonly pending?: { readonly txs: readonly PendingTx[]; readonly txHash: Hex; readonly probe: string }
}

/** One try of the attack to go on, as a call of a suspected account; its success takes `usd`. */
export interface Probe {
  readonly name: string
  readonly from: Hex
  readonly to: Hex
  readonly data: Hex
  readonly usd: number
}

/** A queued operation is tried when it is queued and again before it is due. */
export type RehearsalRun = 'queued' | 'due'

/** A queued operation that is to be tried now: its calls, from its timelock, at a time at which it may be executed. */
export interface Trial {
  /** Key of its row. */
  readonly operation: string
  readonly timelock: Hex
  readonly run: RehearsalRun
  readonly atS: number
  readonly calls: readonly (Call & { readonly value: bigint })[]
}

/** A value that an operation must not move unseen. */
export interface Watchpoint {
  readonly kind: 'power' | 'code' | 'parameter' | 'source' | 'price' | 'cash' | 'account'
  /** As a subject's id: an address, or `address:rest`. */
  readonly subject: string
  /** Of what, for people. */
  readonly name: string
  /** A view, a slot or a code. */
  readonly call: Call
}

/** What the edge is asked to try, and what it is to look at before and after. */
export interface Rehearsal extends Trial {
  readonly chainId: number
  readonly onHash: Hex
  readonly onNumber: number
  readonly watchpoints: readonly Watchpoint[]
  /** Events that are wanted of it. */
  readonly topics: readonly Hex[]
}

export type RehearsedLog = Pick<Log, 'address' | 'topics' | 'data'>

/** null: the view reverts. */
export interface RehearsedValue extends Pick<Watchpoint, 'kind' | 'subject' | 'name'> {
  readonly before: Hex | null
  readonly after: Hex | null
}

/** What the simulation of one option said. */
export interface Outcome {
  readonly option: string
  /** Did every Guard step go through? */
  readonly executed: boolean
  readonly why: string
  /** Names of the probes that still succeeded after it. */
  readonly succeeded: readonly string[]
}

/** The numbers behind one option, as shown to people. */
export interface Weighed {
  readonly option: string
  readonly class: ActionClass
  readonly allowed: boolean
  readonly why: string
  readonly lossLeftUsd: number
  readonly inducedUsd: number
  readonly disruptionUsd: number
  readonly harmUsd: number
  readonly simulated: boolean
}

/** What is decided for an incident on a block. */
export interface Decision {
  readonly chainId: number
  readonly block: number
  readonly blockHash: Hex
  readonly timeS: number
  readonly incident: Hex
  readonly chosen: string
  readonly reason: string
  readonly weighed: readonly Weighed[]
  /** What this node would sign: its own choice first, then all within 1+epsilon of it that nothing narrower serves. */
  readonly acceptable: readonly Proposal[]
  readonly proposals: readonly Proposal[]
}

/** `call`: a call that anyone may make, to the contract named as `guard`. No Guard takes a certificate for it. */
export type Operation = 'execute' | 'renew' | 'lift' | 'call'
export const OPERATION_CODE: Readonly<Record<Operation, number>> = { execute: 0, renew: 1, lift: 2, call: 3 }

/** What signatures are collected for. */
export interface Proposal {
  readonly chainId: number
  readonly guard: Hex
  readonly operation: Operation
  readonly entry: Hex
  readonly subject: Hex
  readonly step: number
  readonly round: number
  readonly incident: Hex
  readonly action: ActionName
  readonly market: number
  /** Of a `call`: its data, of which `entry` is the hash. */
  readonly data?: Hex
}

/** A Guard call that needs no certificate: the two calls of a lift, once the action has expired or its early lift has begun. */
export interface Errand {
  readonly kind: 'beginLift' | 'lift'
  readonly chainId: number
  readonly guard: Hex
  readonly entry: Hex
  readonly subject: Hex
  /** Of the active action, as in its `Executed` event. */
  readonly round: number
  readonly incident: Hex
}

/** One node's signature under a proposal in one window. 64 bytes, EIP-2098. */
export interface Approval {
  readonly proposal: Proposal
  readonly window: number
  readonly digest: Hex
  readonly signer: Hex
  readonly signature: Hex
  /** Signed bytes of the waiting transactions that it answers, so that others can check and simulate them themselves. */
  readonly pending?: readonly Hex[]
}

/** k approvals of one digest: what a Guard accepts. */
export interface Certificate {
  readonly proposal: Proposal
  readonly window: number
  readonly digest: Hex
  /** Bitmap of signer indexes, lowest bit first. */
  readonly signers: bigint
  readonly signatures: Hex
}

/** An entry of the log. `fold`: recomputable from the inputs; `edge`: what this node did or received. */
export interface Entry {
  readonly origin: 'fold' | 'edge'
  readonly kind: EntryKind
  readonly chainId: number
  readonly block: number
  readonly body: unknown
}
export type EntryKind =
  | 'verdict'
  | 'reorg'
  | 'blind'
  | 'finding'
  | 'incident'
  | 'decision'
  | 'verified'
  | 'guard'
  | 'simulation'
  | 'approval'
  | 'certificate'
  | 'intent'
  | 'health'
  | 'pending'
  | 'readiness'
  | 'rehearsal'
