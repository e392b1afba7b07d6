// Code for a pool's address that answers another revision, and to everything else the addresses provider that the real one names.
import { toFunctionSelector } from 'viem'
import type { Hex } from '../../src/core/flow.ts'

export function poolOfRevision7(provider: Hex): Hex {
  const selector = toFunctionSelector('POOL_REVISION()').slice(2)
  // if the selector is that one go to 0x2c and return 7, else return the provider
  return `0x60003560e01c63${selector}14602c5773${provider.slice(2)}60005260206000f35b600760005260206000f3`
}
