// What the drill needs of the lab, as a shape: the lab is loaded at run time, from a checkout only, and src must build without it.
import type { Hex } from '../core/flow.ts'
import type { Scenario } from '../scenario.ts'
import type { Ordering } from './drill-document.ts'
import type { LabRun } from './drill-measure.ts'

export interface LabDeployment {
  readonly chainId: number
  readonly deployBlock: number
  readonly pool: Hex
  readonly configurator: Hex
  readonly dataProvider: Hex
  readonly guard: Hex
  readonly guardEntries: readonly { readonly id: Hex; readonly action: string }[]
  readonly assets: readonly { readonly address: Hex; readonly decimals: number; readonly symbol: string }[]
  readonly feeds: readonly { readonly id: string; readonly proxy: Hex }[]
  /** Independent feeds of the same prices, which the pool does not use. */
  readonly secondFeeds: readonly { readonly id: string; readonly symbol: string; readonly proxy: Hex }[]
  readonly pools: readonly LabPool[]
  readonly uniswap: { readonly factory: Hex; readonly router: Hex; readonly positionManager: Hex }
  readonly aclManager: Hex
  readonly safe: Hex
  readonly timelock: Hex
  readonly riskSteward: Hex
  readonly liquidatorContract: Hex
  readonly nodes: readonly { readonly address: Hex; readonly privateKey: Hex }[]
  readonly quorum: { readonly k: number; readonly windowS: number }
}

/** A Uniswap v3 pool; `base` and `quote` are symbols of assets. */
export interface LabPool {
  readonly id: string
  readonly base: string
  readonly quote: string
  readonly address: Hex
  readonly fee: number
  readonly token0: Hex
  readonly token1: Hex
}

export interface LabPrepared {
  /** Hash of all that determines it. */
  readonly key: string
  readonly head: { readonly number: number; readonly timeS: number }
  readonly prices: object
  readonly deployment: LabDeployment
}

export interface LabReady {
  readonly rpcUrl: string
  readonly port: number
  /** Head before the run's first block: the prepared head, or later where the scenario brought contracts of its own. */
  readonly headBlock: number
}

/** What somebody else would have done: the pool's emergency admin pauses it before that block, or tight caps hold from the start. */
export type Intervention = { readonly kind: 'pool-pause'; readonly atBlock: number } | { readonly kind: 'static-caps' }

/** One mined transaction of the scenario. */
export interface LabSettled {
  readonly party: 'honest' | 'attacker' | 'rescue'
  readonly what: string
  readonly ok: boolean
  readonly reason: string | null
}

/** `P` and `S` are the lab's own types of a prepared state and a scenario: handed back as they came. */
export interface LabModule<P extends LabPrepared = LabPrepared, S extends Scenario = Scenario> {
  readonly scenarios: readonly S[]
  /** What nodes bid, in wei of maxFeePerGas; the order in a block is made by what the lab's attackers bid. */
  readonly fees: { readonly responderWon: bigint }
  preparedState(options: { readonly log: (line: string) => void }): Promise<P>
  startProxy(options: { readonly targetPort: number }): Promise<{ readonly port: number; close(): Promise<void> }>
  runScenario(
    scenario: S,
    options: {
      readonly prepared: P
      readonly seed: number
      readonly blockMs: number
      readonly ordering?: Ordering
      readonly intervene?: Intervention
      readonly endAfterBlocks?: number
      readonly onReady: (ready: LabReady) => Promise<void>
      readonly onBlock: (block: number) => void | Promise<void>
      readonly onTraffic?: (block: number, settled: readonly LabSettled[]) => void
      readonly stopWhen?: (block: number) => Promise<boolean>
      /** With the result, while the chain is still there. */
      readonly beforeEnd?: (run: LabRun) => Promise<void>
    },
  ): Promise<LabRun>
}
