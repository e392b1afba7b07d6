// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "../src/IGuard.sol";
import {Guard} from "../src/Guard.sol";
import {Base} from "./support/Base.sol";

contract QuorumTest is Base {
    uint256 internal constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function _digest() internal view returns (bytes32) {
        return guard.digest(IGuard.Operation.Execute, ltvEntry, _subject(0), 0, 0, _window());
    }

    function _with(uint256 bits, bytes memory signatures) internal view returns (bytes memory) {
        return abi.encodeCall(IGuard.execute, (ltvEntry, _subject(0), 0, 0, _window(), bits, signatures));
    }

    function testEverySubsetOfFour(uint256 bits) external {
        bits &= ALL;
        uint256 count = (bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1) + (bits >> 3 & 1);
        bytes memory data = _with(bits, _sign(_digest(), bits));
        if (count >= 3) _send(data);
        else _refuses(data, abi.encodeWithSelector(IGuard.NoQuorum.selector, count, 3));
    }

    function testOneBadAmongEnough() external {
        bytes memory signatures = abi.encodePacked(_sign(_digest(), THREE), _compact(99, _digest()));
        _refuses(_with(ALL, signatures), abi.encodeWithSelector(IGuard.BadSignature.selector, 3));
    }

    function testOutOfOrder() external {
        bytes32 d = _digest();
        bytes memory signatures = abi.encodePacked(_compact(keys[1], d), _compact(keys[0], d), _compact(keys[2], d));
        _refuses(_with(THREE, signatures), abi.encodeWithSelector(IGuard.BadSignature.selector, 0));
    }

    function testOneSignerThreeTimes() external {
        bytes memory one = _compact(keys[0], _digest());
        _refuses(_with(THREE, abi.encodePacked(one, one, one)), abi.encodeWithSelector(IGuard.BadSignature.selector, 1));
        _refuses(_with(1, abi.encodePacked(one, one, one)), abi.encodeWithSelector(IGuard.BadLength.selector, 192));
    }

    function testBeyondTheList() external {
        bytes32 d = _digest();
        bytes memory signatures = abi.encodePacked(_sign(d, 0x3), _compact(99, d));
        _refuses(_with(0x13, signatures), abi.encodeWithSelector(IGuard.BadSignature.selector, 4));
        _refuses(_with(1 << 255 | 0x3, signatures), abi.encodeWithSelector(IGuard.BadSignature.selector, 255));
        // zero, which a signature that is none yields, and which is what lies beyond the list
        signatures = abi.encodePacked(_sign(d, 0x3), uint256(0), uint256(0));
        _refuses(_with(0x13, signatures), abi.encodeWithSelector(IGuard.BadSignature.selector, 4));
    }

    function testLengths() external {
        bytes memory three = _sign(_digest(), THREE);
        _refuses(_with(ALL, three), abi.encodeWithSelector(IGuard.BadLength.selector, 192));
        _refuses(_with(THREE, abi.encodePacked(three, uint8(0))), abi.encodeWithSelector(IGuard.BadLength.selector, 193));
        _refuses(_with(THREE, ""), abi.encodeWithSelector(IGuard.NoQuorum.selector, 0, 3));
        _send(_with(THREE, three));
    }

    /// The other signature that the same R yields: (r, n - s) with the other parity. EIP-2098 has no room for such an s.
    function testUpperHalfOfTheOrder() external {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], _digest());
        uint256 high = ORDER - uint256(s);
        bytes memory rest = _sign(_digest(), 0x6);
        bytes memory signatures = abi.encodePacked(r, high | uint256(28 - v) << 255, rest);
        _refuses(_with(THREE, signatures), abi.encodeWithSelector(IGuard.BadSignature.selector, 0));
    }

    function testAnyFlippedBit(uint256 bit) external {
        bytes memory signatures = _sign(_digest(), THREE);
        bit = bit % (8 * signatures.length);
        signatures[bit / 8] ^= bytes1(uint8(1 << bit % 8));
        _refuses(_with(THREE, signatures), abi.encodeWithSelector(IGuard.BadSignature.selector, bit / 512));
    }

    /// A certificate is good for exactly what it names.
    function testNothingElseIsCovered() external {
        bytes memory signatures = _sign(_digest(), THREE);
        bytes memory bad = abi.encodeWithSelector(IGuard.BadSignature.selector, 0);
        uint64 w = _window();
        _refuses(abi.encodeCall(IGuard.execute, (freezeEntry, _subject(0), 0, 0, w, THREE, signatures)), bad);
        _refuses(abi.encodeCall(IGuard.execute, (ltvEntry, _subject(1), 0, 0, w, THREE, signatures)), bad);
        _refuses(abi.encodeCall(IGuard.execute, (ltvEntry, _subject(0), 1, 0, w, THREE, signatures)), bad);
        vm.warp(block.timestamp + WINDOW_S);
        _refuses(abi.encodeCall(IGuard.execute, (ltvEntry, _subject(0), 0, 0, w + 1, THREE, signatures)), bad);
        vm.warp(block.timestamp - WINDOW_S);

        vm.chainId(777);
        _refuses(_with(THREE, signatures), bad);
        vm.chainId(31_337);
        Guard other = new Guard(TIMELOCK, SAFE, _addresses(keys), 3, WINDOW_S, LIFT_GAP_S);
        vm.prank(TIMELOCK);
        other.addEntry(_ltv());
        vm.expectRevert(bad);
        other.execute(ltvEntry, _subject(0), 0, 0, w, THREE, signatures);

        _send(_with(THREE, signatures));
        _refuses(abi.encodeCall(IGuard.renew, (ltvEntry, _subject(0), 0, w, THREE, signatures)), bad);
        _refuses(abi.encodeCall(IGuard.beginLift, (ltvEntry, _subject(0), 0, w, THREE, signatures)), bad);
        vm.prank(SAFE);
        guard.lift(ltvEntry, _subject(0));
        _refuses(abi.encodeCall(IGuard.execute, (ltvEntry, _subject(0), 0, 1, w, THREE, signatures)), bad);
        _refuses(_with(THREE, signatures), abi.encodeWithSelector(IGuard.WrongRound.selector, 0, 1));
    }

    function testDigestIsEip712() external view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Firebreak Guard"),
                keccak256("1"),
                block.chainid,
                address(guard)
            )
        );
        bytes32 content = keccak256(
            abi.encode(
                keccak256("Approval(uint8 operation,bytes32 entry,bytes32 subject,uint8 step,uint32 round,uint64 window)"),
                uint8(2),
                ltvEntry,
                _subject(3),
                uint8(7),
                uint32(8),
                uint64(9)
            )
        );
        vm.assertEq(
            guard.digest(IGuard.Operation.Lift, ltvEntry, _subject(3), 7, 8, 9), keccak256(abi.encodePacked("\x19\x01", domain, content))
        );
    }

    function testSixtyFourSigners() external {
        delete keys;
        keys = _sorted(64);
        vm.prank(TIMELOCK);
        guard.setSigners(_addresses(keys), 33);
        uint256 bits = type(uint64).max ^ uint256(0x7fffffff); // 33 of them
        _send(_with(bits, _sign(_digest(), bits)));
    }

    function testSignersWhoLeft() external {
        bytes memory data = _with(THREE, _sign(_digest(), THREE));
        uint256[] memory fewer = new uint256[](3);
        (fewer[0], fewer[1], fewer[2]) = (keys[1], keys[2], keys[3]);
        vm.prank(TIMELOCK);
        guard.setSigners(_addresses(fewer), 2);
        _refuses(data, abi.encodeWithSelector(IGuard.BadSignature.selector, 0));
    }
}
