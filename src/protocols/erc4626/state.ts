// A vault as its views have it when a block ends.
import type { Call } from '../../core/flow.ts'
import { wordAt } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import { call } from './abi.ts'
import type { VaultSpec } from './spec.ts'

export interface VaultState {
  readonly totalAssets: bigint
  readonly totalSupply: bigint
  readonly held: bigint
  readonly assetsPerShare: bigint
}

const oneShare = ({ shareDecimals }: VaultSpec): bigint => 10n ** BigInt(shareDecimals)

export function stateCalls(spec: VaultSpec): readonly Call[] {
  const { vault, asset } = spec
  return [call.totalAssets(vault), call.totalSupply(vault), call.held(asset, vault), call.convertToAssets(vault, oneShare(spec))]
}

/** undefined: not asked, or one of them has no answer: then none of them counts. */
export function stateOf(spec: VaultSpec, answers: Answers): VaultState | undefined {
  const [totalAssets, totalSupply, held, assetsPerShare] = stateCalls(spec).map((one) => wordAt(answers.get(one), 0))
  if (totalAssets === undefined || totalSupply === undefined || held === undefined || assetsPerShare === undefined) return undefined
  return { totalAssets, totalSupply, held, assetsPerShare }
}
