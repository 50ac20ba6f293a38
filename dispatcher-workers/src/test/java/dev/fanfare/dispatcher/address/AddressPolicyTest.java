package dev.fanfare.dispatcher.address;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {
    private static final AddressPolicy STRICT = new AddressPolicy(false, false, false, AddressLists.NONE);
    private static final AddressPolicy LAX = new AddressPolicy(true, true, true, AddressLists.NONE);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.53",
                "127.255.255.255",
                "127.1",
                "2130706433",
                "::1",
                "0:0:0:0:0:0:0:1",
                "::ffff:127.0.0.1",
                "10.0.0.0",
                "10.255.255.255",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.0.1",
                "192.168.255.255",
                "3232235777",
                "100.64.0.0",
                "100.127.255.255",
                "::ffff:10.0.0.1",
                "fc00::1",
                "fd12:3456:789a::1",
                "fdff:ffff::1",
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "169.254.0.1",
                "169.254.169.254",
                "2852039166",
                "fe80::1",
                "febf::1",
                "::ffff:169.254.169.254",
                "192.0.0.1",
                "192.0.0.192",
                "192.0.2.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.7",
                "203.0.113.9",
                "192.88.99.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "168.63.129.16",
                "100.100.100.200",
                "fd00:ec2::254",
                "fd20:ce::254",
                "::127.0.0.1",
                "::a00:1",
                "::8.8.8.8",
                "::ffff:0:127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b::808:808",
                "64:ff9b:1::7f00:1",
                "2002:7f00:1::",
                "2002:808:808::1",
                "2001::1",
                "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                "2001:2::1",
                "2001:10::1",
                "2001:20::1",
                "2001:db8::1",
                "3fff::1",
                "100::1",
                "fec0::1",
                "ff02::1",
                "ff0e::1",
                "5f00::1",
                "4000::1",
                "8000::1",
                "e000::1",
            })
    void byDefaultWhatIsNotPublicIsRefused(String spelling) {
        assertThat(refusal(STRICT, "https", spelling)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "1.1.1.1",
                "11.0.0.1",
                "9.255.255.255",
                "100.63.255.255",
                "100.128.0.1",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.255.255",
                "169.255.0.1",
                "172.15.255.255",
                "172.32.0.1",
                "192.0.1.1",
                "192.0.3.1",
                "192.167.255.255",
                "192.169.0.1",
                "198.17.255.255",
                "198.20.0.1",
                "198.51.101.1",
                "203.0.112.1",
                "203.0.114.1",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001:82a::200e",
                "2001:4860:4860::8888",
                "2003::1",
                "2001:200::1",
                "2001:db7::1",
                "3ffe::1",
                "::ffff:8.8.8.8",
            })
    void publicAddressesArePermitted(String spelling) {
        assertThat(refusal(STRICT, "https", spelling)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "::",
                "169.254.169.254",
                "fe80::1",
                "192.0.0.1",
                "198.18.0.1",
                "203.0.113.9",
                "224.0.0.1",
                "255.255.255.255",
                "168.63.129.16",
                "100.100.100.200",
                "fd00:ec2::254",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                "ff02::1",
                "fec0::1",
            })
    void someAreRefusedWhateverIsAllowed(String spelling) {
        assertThat(refusal(LAX, "https", spelling)).isNotNull();
        assertThat(refusal(LAX, "http", spelling)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        // address, loopback, private, http: permitted with https, with http
        "127.0.0.1,   false, true,  true,  false, false",
        "127.0.0.1,   true,  false, false, true,  true",
        "::1,         true,  false, false, true,  true",
        "10.1.2.3,    true,  false, true,  false, false",
        "10.1.2.3,    false, true,  false, true,  false",
        "10.1.2.3,    false, true,  true,  true,  true",
        "100.64.1.1,  false, true,  false, true,  false",
        "fd12::1,     false, true,  false, true,  false",
        "8.8.8.8,     false, false, false, true,  false",
        "8.8.8.8,     false, false, true,  true,  true",
    })
    void eachSettingAllowsWhatItSays(
            String spelling, boolean loopback, boolean networks, boolean http, boolean withTls, boolean plain) {
        AddressPolicy policy = new AddressPolicy(loopback, networks, http, AddressLists.NONE);

        assertThat(refusal(policy, "https", spelling) == null).isEqualTo(withTls);
        assertThat(refusal(policy, "http", spelling) == null).isEqualTo(plain);
    }

    @Test
    void aMappedAddressIsJudgedAsTheIpv4ThatItIsEvenInRawForm() throws UnknownHostException {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xFF, (byte) 0xFF, 127, 0, 0, 1};

        assertThat(STRICT.refusal("https", "h.example", Inet6Address.getByAddress(null, mapped, 0)))
                .isNotNull();
        assertThat(LAX.refusal("https", "h.example", Inet6Address.getByAddress(null, mapped, 0)))
                .isNotNull();
    }

    @Test
    void otherSchemesAndPortsAreRefused() {
        assertThat(refusal(LAX, "ftp", "8.8.8.8")).contains("ftp");
        assertThat(refusal(LAX, "", "8.8.8.8")).isNotNull();
        assertThat(LAX.refusal("https", "h.example", 0)).contains("port 0");
        assertThat(LAX.refusal("https", "h.example", 65_536)).contains("65536");
    }

    @Test
    void aRefusalNamesTheAddressAndTheWayOut() {
        assertThat(refusal(STRICT, "https", "10.1.2.3"))
                .contains("10.1.2.3")
                .contains("10.0.0.0/8")
                .contains("dispatcher.allow-private");
        assertThat(refusal(STRICT, "http", "8.8.8.8")).contains("https").contains("dispatcher.allow-http");
    }

    private static @Nullable String refusal(AddressPolicy policy, String scheme, String spelling) {
        String refusal = policy.refusal(scheme, "h.example", 443);
        return refusal != null ? refusal : policy.refusal(scheme, "h.example", address(spelling));
    }

    /** Literals only: no name is looked up. */
    private static InetAddress address(String spelling) {
        try {
            return InetAddress.getByName(spelling);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
