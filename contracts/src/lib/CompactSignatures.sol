// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Signers of EIP-2098 signatures: 32 bytes `r`, then `s` with the parity of R in its highest bit
/// @notice One signature has exactly one accepted form: `s` in the upper half of the curve's order is refused.
library CompactSignatures {
    uint256 internal constant LENGTH = 64;
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @return signer zero if signature `index` of `signatures` is no valid one; the caller has checked the length
    /// @dev In assembly: ecrecover's input is laid out beyond the memory in use, and dropped.
    function recover(bytes32 digest, bytes calldata signatures, uint256 index) internal view returns (address signer) {
        assembly ("memory-safe") {
            let signature := add(signatures.offset, mul(index, LENGTH))
            let vs := calldataload(add(signature, 32))
            let s := shr(1, shl(1, vs))
            if iszero(gt(s, HALF_ORDER)) {
                let input := mload(0x40)
                mstore(input, digest)
                mstore(add(input, 32), add(27, shr(255, vs)))
                mstore(add(input, 64), calldataload(signature))
                mstore(add(input, 96), s)
                mstore(0, 0) // stays zero if ecrecover refuses: then it returns nothing
                pop(staticcall(gas(), 1, input, 128, 0, 32))
                signer := mload(0)
            }
        }
    }
}
