// What a config says of the end of a bridge on this chain.
import type { Call, Hex } from '../../core/flow.ts'
import { call } from './abi.ts'

export interface BridgeConfig {
  readonly chainId: number
  readonly gateways: readonly GatewaySpec[]
}

export interface GatewaySpec {
  readonly name: string
  /** `lock`: the token is at home here; `mint`: it is a guest. */
  readonly side: 'lock' | 'mint'
  readonly gateway: Hex
  readonly token: Hex
  readonly decimals: number
  readonly usd: number
  /** The end on the other chain, which another config of this process watches. */
  readonly other: { readonly chainId: number; readonly gateway: Hex }
}

/** What lies locked, or the supply. */
export const heldCall = ({ side, token, gateway }: GatewaySpec): Call =>
  side === 'lock' ? call.locked(token, gateway) : call.supply(token)
