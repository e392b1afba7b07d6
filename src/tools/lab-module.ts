// What the drill needs of the lab, as a shape: the lab is loaded at run time, from a checkout only, and src must build without it.
import type { Hex } from '../core/flow.ts'
import type { Scenario } from '../scenario.ts'
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
  readonly secondFeed: { readonly symbol: string; readonly proxy: Hex }
  readonly nodes: readonly { readonly address: Hex; readonly privateKey: Hex }[]
  readonly quorum: { readonly k: number; readonly windowS: number }
}

export interface LabPrepared {
  readonly head: { readonly number: number; readonly timeS: number }
  readonly prices: object
  readonly deployment: LabDeployment
}

export interface LabReady {
  readonly rpcUrl: string
  readonly port: number
}

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
  readonly fees: { readonly responderWon: bigint; readonly responderLost: bigint }
  preparedState(options: { readonly log: (line: string) => void }): Promise<P>
  startProxy(options: { readonly targetPort: number }): Promise<{ readonly port: number; close(): Promise<void> }>
  runScenario(
    scenario: S,
    options: {
      readonly prepared: P
      readonly seed: number
      readonly blockMs: number
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
