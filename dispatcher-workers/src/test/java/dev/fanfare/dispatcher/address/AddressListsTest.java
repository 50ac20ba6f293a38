package dev.fanfare.dispatcher.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressListsTest {
    private static final AddressPolicy POLICY = new AddressPolicy(
            false,
            false,
            false,
            new AddressLists(
                    cidrs("10.20.0.0/16", "127.0.0.2", "198.18.0.0/15", "fd12::/16", "0.0.0.0/32"),
                    cidrs("10.20.30.0/24", "8.8.8.0/24", "2a00::/32"),
                    hosts("hooks.corp.example", "*.inside.example"),
                    hosts("bad.inside.example", "*.evil.example"),
                    List.of(),
                    new PortList(List.of("443", "8000-8999"))));

    @ParameterizedTest
    @CsvSource({
        // host, address: permitted
        "h.example,            8.8.4.4,         true",
        "h.example,            10.20.0.1,       true",
        "h.example,            10.21.0.1,       false",
        "h.example,            10.20.30.1,      false",
        "h.example,            8.8.8.8,         false",
        "h.example,            2a00::1,         false",
        "h.example,            127.0.0.2,       true",
        "h.example,            127.0.0.1,       false",
        "h.example,            198.18.0.1,      true",
        "h.example,            203.0.113.1,     false",
        "h.example,            fd12::1,         true",
        "h.example,            fd13::1,         false",
        "hooks.corp.example,   192.168.1.1,     true",
        "HOOKS.Corp.example.,  192.168.1.1,     true",
        "a.hooks.corp.example, 192.168.1.1,     false",
        "inside.example,       192.168.1.1,     false",
        "a.inside.example,     192.168.1.1,     true",
        "a.b.inside.example,   192.168.1.1,     true",
        "notinside.example,    192.168.1.1,     false",
        ".inside.example,      192.168.1.1,     false",
        "a.inside.example,     127.0.0.1,       false",
        "a.inside.example,     10.20.30.1,      false",
        "a.inside.example,     169.254.169.254, false",
        "bad.inside.example,   192.168.1.1,     false",
        "bad.inside.example,   8.8.4.4,         false",
        "EVIL.example,         8.8.4.4,         true",
        "x.EVIL.example.,      8.8.4.4,         false",
        "h.example,            0.0.0.0,         false",
    })
    void listsOpenAndClose(String host, String address, boolean permitted) {
        assertThat(refusal(POLICY, host, address) == null).isEqualTo(permitted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.170.2",
                "168.63.129.16",
                "100.100.100.200",
                "192.0.0.192",
                "fd00:ec2::254",
                "fd20:ce::254",
                "fe80::1",
                "ff02::1",
                "224.0.0.1",
                "0.0.0.0",
                "::",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "::7f00:1",
            })
    void whateverIsAllowedMetadataServicesAndTheLikeStayClosed(String address) {
        AddressPolicy open = new AddressPolicy(
                true,
                true,
                true,
                new AddressLists(
                        cidrs("0.0.0.0/0", "::/0", address),
                        List.of(),
                        hosts("h.example"),
                        List.of(),
                        List.of(),
                        AddressLists.NONE.ports()));

        assertThat(refusal(open, "h.example", address)).isNotNull();
        assertThat(AddressPolicy.neverAllows(Cidr.parse(address))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0/0",
                "::/0",
                "10.0.0.0/8",
                "fc00::/7",
                "8.8.8.8",
                "127.0.0.1",
                "198.18.0.0/15",
                "8000::/1"
            })
    void aNetworkThatHoldsMoreThanThoseMayBeAllowed(String network) {
        assertThat(AddressPolicy.neverAllows(Cidr.parse(network))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"443, true", "8000, true", "8999, true", "9000, false", "7999, false", "22, false", "80, false"})
    void portsThatAreNotListedAreClosed(int port, boolean permitted) {
        assertThat(POLICY.refusal("https", "h.example", port) == null).isEqualTo(permitted);
    }

    @Test
    void whereOnlySomeHostsAreSentToOthersAreNot() {
        AddressPolicy policy = new AddressPolicy(
                false,
                false,
                false,
                new AddressLists(
                        List.of(),
                        List.of(),
                        List.of(),
                        hosts("bad.partner.example"),
                        hosts("*.partner.example"),
                        AddressLists.NONE.ports()));

        assertThat(policy.refusal("https", "a.partner.example", 443)).isNull();
        assertThat(policy.refusal("https", "bad.partner.example", 443)).contains("deny-hosts");
        assertThat(policy.refusal("https", "h.example", 443))
                .contains("h.example")
                .contains("dispatcher.only-hosts");
        assertThat(policy.refusal("https", "8.8.8.8", 443)).contains("dispatcher.only-hosts");
    }

    @Test
    void aRefusalNamesTheRule() {
        assertThat(refusal(POLICY, "h.example", "8.8.8.8"))
                .contains("8.8.8.8")
                .contains("dispatcher.deny-cidrs")
                .contains("8.8.8.0/24");
        assertThat(refusal(POLICY, "x.evil.example", "8.8.4.4"))
                .contains("x.evil.example")
                .contains("dispatcher.deny-hosts")
                .contains("*.evil.example");
        assertThat(POLICY.refusal("https", "h.example", 22)).contains("22").contains("dispatcher.ports");
    }

    @Test
    void anAllowedNetworkIsStillSentToWithTlsOnly() throws UnknownHostException {
        assertThat(POLICY.refusal("http", "h.example", InetAddress.getByName("10.20.0.1")))
                .contains("dispatcher.allow-http");
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.example,  scheme",
        "a.example:443,      port",
        "10.0.0.0/8,         cidrs",
        "10.0.0.1,           cidrs",
        "2130706433,         cidrs",
        "::1,                cidrs",
        "*,                  *.example.com",
        "a.*.example,        *.example.com",
        "a..example,         example.com",
        "'',                 example.com",
        "bücher.example,     xn--",
        "a b.example,        example.com",
    })
    void whatIsNoHostIsRefusedWithTheWayOut(String text, String hint) {
        assertThatThrownBy(() -> HostPattern.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(hint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "-1", "a", "", "10-5", "10-", "100000", "1 2"})
    void whatIsNoPortIsRefusedWithTheEntry(String text) {
        assertThatThrownBy(() -> new PortList(List.of("443", text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    private static @Nullable String refusal(AddressPolicy policy, String host, String address) {
        String refusal = policy.refusal("https", host, 443);
        try {
            return refusal != null ? refusal : policy.refusal("https", host, InetAddress.getByName(address));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Cidr> cidrs(String... texts) {
        return Arrays.stream(texts).map(Cidr::parse).toList();
    }

    private static List<HostPattern> hosts(String... texts) {
        return Arrays.stream(texts).map(HostPattern::parse).toList();
    }
}
