// What of the Guard's interface simulation needs: the preview, and the errors by name for people (contracts/src/IGuard.sol).
import { decodeErrorResult, parseAbi } from 'viem'
import type { Hex } from '../core/flow.ts'

export const previewAbi = parseAbi([
  'function preview(bytes32 entry, bytes32 subject, uint8 step) view returns (address target, bytes callData, uint256 prior, uint256 applied)',
])

const errors = parseAbi([
  'error NotAdmin(address caller)',
  'error NotGuardian(address caller)',
  'error NotArmed()',
  'error ZeroAddress()',
  'error BadSigners(uint256 signers, uint256 k)',
  'error BadEntry(string why)',
  'error UnknownEntry(bytes32 entry)',
  'error EntryExists(bytes32 entry)',
  'error WrongWindow(uint64 got, uint64 want)',
  'error WrongRound(uint32 got, uint32 want)',
  'error NoQuorum(uint256 got, uint256 want)',
  'error BadSignature(uint256 signerIndex)',
  'error BadLength(uint256 got)',
  'error BadTimes(uint64 windowS, uint64 liftGapS)',
  'error AlreadyActive()',
  'error NotActive()',
  'error Vetoed(uint256 untilS)',
  'error VetoTooLong(uint256 maxUntilS)',
  'error Cooldown(uint256 untilS)',
  'error BudgetSpent(uint256 used)',
  'error StepOutOfRange(uint256 step, uint256 steps)',
  'error OutOfBound(uint256 arg, uint256 value)',
  'error UnknownSubject(bytes32 subject)',
  'error NotTighter(uint256 prior, uint256 applied)',
  'error TooLarge(uint256 value)',
  'error GetterFailed(address target, bytes4 selector)',
  'error CallFailed(bytes returnData)',
  'error NotApplied(uint256 got, uint256 want)',
  'error Reentered()',
  'error NotEnoughGas(uint256 got, uint256 want)',
  'error CapReached(uint256 atS)',
  'error NotExpired(uint256 untilS)',
  'error LiftBegun()',
  'error LiftTooEarly(uint256 readyAtS)',
  'error StoreFailed(uint256 length)',
])

/** What `require` and `assert` throw: the protocols' own refusals. */
const solidity = parseAbi(['error Error(string text)', 'error Panic(uint256 code)'])

/** The name of a Guard error, the text of a `require`, or the first bytes of what nobody here knows. */
export function revertName(data: unknown): string {
  if (typeof data !== 'string' || !/^0x[0-9a-fA-F]{8,}$/.test(data)) return 'reverted'
  try {
    const { errorName, args } = decodeErrorResult({ abi: [...errors, ...solidity], data: data as Hex })
    return errorName === 'Error' || errorName === 'Panic' ? `reverted: ${args[0]}` : errorName
  } catch {
    return `reverted with ${data.slice(0, 10)}`
  }
}
