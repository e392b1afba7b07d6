// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IGuard} from "../src/IGuard.sol";
import {ISafe, SafeModuleRoute} from "../src/SafeModuleRoute.sol";
import {Base} from "./support/Base.sol";
import {Market} from "./support/Market.sol";
import {Multisig} from "./support/Multisig.sol";

/// The market's role is held by a Safe alone; the Guard reaches it through a route.
contract SafeModuleRouteTest is Base {
    event Ended(bytes32 indexed entry, bytes32 indexed subject, uint32 round, IGuard.Ending how, uint256 value);

    Multisig internal safe;
    SafeModuleRoute internal route;
    bytes32 internal routed;
    bytes32 internal one;

    function setUp() public override {
        super.setUp();
        safe = new Multisig();
        address[] memory callers = new address[](2);
        (callers[0], callers[1]) = (address(safe), HUMAN);
        market = new Market(callers);
        _setLtv(0, LTV);
        route = _route(address(market), market.configureReserveAsCollateral.selector);
        safe.setModule(address(route), true);
        IGuard.Entry memory e = _ltv();
        e.target = address(route);
        routed = _add(e);
        one = _subject(0);
    }

    function _route(address target, bytes4 selector) internal returns (SafeModuleRoute) {
        return new SafeModuleRoute(address(guard), ISafe(address(safe)), target, selector);
    }

    function _failed(bytes memory why) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IGuard.CallFailed.selector, why);
    }

    function testTightensAndRestores() external {
        _execute(routed, one, 0);
        vm.assertEq(_ltvOf(0), 0);
        vm.assertEq(market.getConfiguration(assets[0]) >> 16 & 0xffff, LTV_THRESHOLD);
        _ripen(routed, one);
        _lift(routed, one);
        vm.assertEq(_ltvOf(0), LTV);
    }

    function testTheTargetsOwnWordsReachTheGuard() external {
        market.setMood(Market.Mood.Refuses);
        _refuses(_execution(routed, one, 0), _failed(abi.encodeWithSelector(Market.Refused.selector)));
    }

    function testOnlyTheGuardMayPass() external {
        bytes memory data = abi.encodeCall(Market.configureReserveAsCollateral, (assets[0], 0, LTV_THRESHOLD, LTV_BONUS));
        vm.prank(STRANGER);
        (bool done, bytes memory answer) = address(route).call(data);
        vm.assertTrue(!done);
        vm.assertEq(answer, abi.encodeWithSelector(SafeModuleRoute.NotGuard.selector, STRANGER));
        vm.assertEq(_ltvOf(0), LTV);
    }

    /// An entry that governance adds by mistake, for another function of the same target.
    function testAnotherFunctionIsNotPassed() external {
        IGuard.Entry memory e = _freeze();
        e.target = address(route);
        bytes32 other = _add(e);
        bytes memory why = abi.encodeWithSelector(SafeModuleRoute.NotRouted.selector, market.setReserveFreeze.selector, 68);
        _refuses(_execution(other, one, 0), _failed(why));
    }

    function testFuzzNothingButWholeWordsPass(bytes calldata data) external {
        _notRouted(data);
        if (data.length % 32 != 0) _notRouted(abi.encodePacked(route.selector(), data));
    }

    function _notRouted(bytes memory data) private {
        vm.prank(address(guard));
        (bool done, bytes memory answer) = address(route).call(data);
        vm.assertTrue(!done);
        vm.assertEq(bytes32(bytes4(answer)), bytes32(SafeModuleRoute.NotRouted.selector));
    }


    /// The Safe's owners take the power back: nothing new is executed; a lift that can't be made is handed over to them.
    function testADisabledRoute() external {
        _execute(routed, one, 0);
        safe.setModule(address(route), false);
        _ripen(routed, one);
        vm.warp(block.timestamp + LIFT_GAP_S);
        vm.expectEmit(address(guard));
        emit Ended(routed, one, 0, IGuard.Ending.HandedOver, 0);
        _lift(routed, one);
        vm.assertEq(_ltvOf(0), 0);
        _setLtv(0, LTV); // by the humans
        _refuses(_execution(routed, one, 0), _failed(abi.encodeWithSignature("Error(string)", "GS104")));
    }

    function testNoRouteToTheSafeTheGuardOrNothing() external {
        address[3] memory bad = [address(safe), address(guard), STRANGER];
        for (uint256 i; i < bad.length; i++) {
            vm.expectRevert(abi.encodeWithSelector(SafeModuleRoute.BadTarget.selector, bad[i]));
            _route(bad[i], 0x12345678);
        }
    }
}
