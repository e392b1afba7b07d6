// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Signers of EIP-2098 signatures: 32 bytes `r`, then `s` with the parity of R in its highest bit
/// @notice One signature has exactly one accepted form: `s` in the upper half of the curve's order is refused.
library CompactSignatures {
    uint256 internal constant LENGTH = 64;
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @return signer zero if signature `index` of `signatures` is no valid one; the caller has checked the length
    function recover(bytes32 digest, bytes calldata signatures, uint256 index) internal pure returns (address signer) {
        bytes32 r;
        uint256 vs;
        assembly ("memory-safe") {
            let at := add(signatures.offset, mul(index, 64))
            r := calldataload(at)
            vs := calldataload(add(at, 32))
        }
        uint256 s = vs & type(uint256).max >> 1;
        if (s > HALF_ORDER) return address(0);
        signer = ecrecover(digest, uint8(27 + (vs >> 255)), r, bytes32(s));
    }
}
