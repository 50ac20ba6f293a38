package dev.fanfare.dispatcher.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CidrTest {
    /** By arithmetic on whole numbers, which is not how it is done. */
    @Property
    void aNetworkHoldsTheAddressesWhoseFirstBitsAreItsOwn(
            @ForAll @Size(4) byte[] start, @ForAll @IntRange(max = 32) int bits, @ForAll @Size(4) byte[] other)
            throws UnknownHostException {
        int rest = 32 - bits;
        BigInteger prefix = new BigInteger(1, start).shiftRight(rest);
        byte[] first = prefix.shiftLeft(rest).add(BigInteger.ONE.shiftLeft(32)).toByteArray();
        byte[] network = {first[1], first[2], first[3], first[4]};
        Cidr cidr = Cidr.parse(InetAddress.getByAddress(network).getHostAddress() + "/" + bits);

        assertThat(cidr.holds(start)).isTrue();
        assertThat(cidr.holds(other))
                .isEqualTo(new BigInteger(1, other).shiftRight(rest).equals(prefix));
        assertThat(cidr.holds(new byte[16])).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,      10.255.0.1,        true",
        "10.0.0.0/8,      11.0.0.0,          false",
        "10.1.2.3,        10.1.2.3,          true",
        "10.1.2.3,        10.1.2.4,          false",
        "0.0.0.0/0,       8.8.8.8,           true",
        "0.0.0.0/0,       2a00::1,           false",
        "2001:db8::/32,   2001:db8:ffff::1,  true",
        "2001:db8::/32,   2001:db9::1,       false",
        "fd00::/9,        fd7f::1,           true",
        "fd00::/9,        fd80::1,           false",
        "2A00::1,         2a00::1,           true",
    })
    void bothFamiliesAreRead(String network, String address, boolean held) throws UnknownHostException {
        assertThat(Cidr.parse(network).holds(InetAddress.getByName(address).getAddress()))
                .isEqualTo(held);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1/8,            10.0.0.0/8",
        "10.0.0.0/33,           0 to 32",
        "10.0.0.0/,             0 to 32",
        "10.0.0.0/-1,           0 to 32",
        "10.0.0/8,              10.0.0.0/8",
        "010.0.0.0/8,           10.0.0.0/8",
        "10.0.0.256,            10.0.0.0/8",
        "2130706433,            10.0.0.0/8",
        "example.com,           10.0.0.0/8",
        "'',                    10.0.0.0/8",
        "fe80::1%eth0,          10.0.0.0/8",
        "1:2:3,                 10.0.0.0/8",
        "::ffff:10.0.0.0/104,   IPv4",
        "2a00::/129,            0 to 128",
    })
    void whatIsNoNetworkIsRefusedWithTheWayOut(String text, String hint) {
        assertThatThrownBy(() -> Cidr.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(hint);
    }
}
