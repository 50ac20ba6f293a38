package dev.fanfare.contract.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ActorTest {
    @Test
    void whoDidItIsToldByWhatIsKnownOfThem() {
        assertThat(new Actor("User:ops", "ann", "desk").text()).isEqualTo("ann@desk as User:ops");
        assertThat(new Actor(null, "ann", null).text()).isEqualTo("ann");
        assertThat(new Actor("key shop", null, "10.0.0.7").text()).isEqualTo("key shop from 10.0.0.7");
        assertThat(new Actor("key shop", null, null).text()).isEqualTo("key shop");
        assertThat(new Actor(null, null, "10.0.0.7").text()).isEqualTo("unknown from 10.0.0.7");
    }
}
