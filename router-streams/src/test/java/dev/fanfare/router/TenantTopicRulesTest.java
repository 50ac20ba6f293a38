package dev.fanfare.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TenantTopicRulesTest {
    private final List<String> faults = new ArrayList<>();

    @Test
    void eachTopicBelongsToOneTenantAndATenantMayHaveSeveral() {
        assertThat(TenantTopicRules.read("orders-events=acme, billing.events = globex,returns=acme", faults))
                .isEqualTo(Map.of("orders-events", "acme", "billing.events", "globex", "returns", "acme"));
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    void anEntryThatCannotBeUsedIsNamedWithTheReason(String text, String entry, String reason) {
        TenantTopicRules.read(text, faults);
        assertThat(faults)
                .singleElement()
                .asString()
                .startsWith("router.tenant-of-topic: '" + entry + "' can't be used: ")
                .contains(reason);
    }

    static List<Arguments> anEntryThatCannotBeUsedIsNamedWithTheReason() {
        return List.of(
                arguments("orders-events", "orders-events", "write TOPIC=TENANT"),
                arguments("a=b=c", "a=b=c", "write TOPIC=TENANT"),
                arguments("a=acme,", "", "write TOPIC=TENANT"),
                arguments("=acme", "=acme", "'' is not a topic's name"),
                arguments("or ders=acme", "or ders=acme", "'or ders' is not a topic's name"),
                arguments("..=acme", "..=acme", "'..' is not a topic's name"),
                arguments("orders=", "orders=", "'' is not a tenant's name"),
                arguments("orders=Acme", "orders=Acme", "'Acme' is not a tenant's name"),
                arguments("fanfare.events=acme", "fanfare.events=acme", "but Fanfare's or Kafka's own"),
                arguments("__consumer_offsets=acme", "__consumer_offsets=acme", "but Fanfare's or Kafka's own"),
                arguments("a=acme,b=acme,a=globex", "a=globex", "it belongs to one tenant"));
    }

    @Test
    void allFaultsAreTold() {
        assertThat(TenantTopicRules.read("a,b=acme,c=C", faults)).containsOnlyKeys("b");
        assertThat(faults).hasSize(2);
    }
}
