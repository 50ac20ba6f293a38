package dev.fanfare.dispatcher.address;

import java.util.List;

/**
 * What an operator permits and forbids beyond the policy's own rules. What is denied is denied whatever allows it.
 *
 * @param allowCidrs open what is forbidden otherwise, except {@linkplain AddressPolicy#neverAllows what nothing opens}
 * @param denyCidrs  closed, however a host leads there
 * @param allowHosts may lead to private networks
 * @param denyHosts  are sent nothing
 * @param onlyHosts  if there are any, no other is sent anything
 * @param ports      all others are closed
 */
public record AddressLists(
        List<Cidr> allowCidrs,
        List<Cidr> denyCidrs,
        List<HostPattern> allowHosts,
        List<HostPattern> denyHosts,
        List<HostPattern> onlyHosts,
        PortList ports) {
    /** Lists that change nothing. */
    public static final AddressLists NONE =
            new AddressLists(List.of(), List.of(), List.of(), List.of(), List.of(), new PortList(List.of("1-65535")));
}
