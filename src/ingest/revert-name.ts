// What a simulation's refusal is called: the Guard's own errors by name, and those of Solidity.
import { decodeErrorResult, parseAbi } from 'viem'
import { Guard } from '../contracts/Guard.ts'
import { Liquidator } from '../contracts/Liquidator.ts'
import type { Hex } from '../core/flow.ts'

/** What `require` and `assert` throw: the protocols' own refusals. */
const solidity = parseAbi(['error Error(string text)', 'error Panic(uint256 code)'])

/** The name of an error of the Guard or the Liquidator, the text of a `require`, or the first bytes of what nobody here knows. */
export function revertName(data: unknown): string {
  if (typeof data !== 'string' || !/^0x[0-9a-fA-F]{8,}$/.test(data)) return 'reverted'
  try {
    const { errorName, args } = decodeErrorResult({ abi: [...Guard.abi, ...Liquidator.abi, ...solidity], data: data as Hex })
    return errorName === 'Error' || errorName === 'Panic' ? `reverted: ${args[0]}` : errorName
  } catch {
    return `reverted with ${data.slice(0, 10)}`
  }
}
