package dev.fanfare.control.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fanfare.contract.Json;
import dev.fanfare.contract.problem.ProblemException;
import dev.fanfare.contract.subscription.Subscription;
import dev.fanfare.contract.subscription.Subscription.SealedSecret;
import dev.fanfare.control.subscription.SubscriptionWriter.Change;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RotationTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final long NOW = 1_000_000;

    private final Subscription subscription = Subscription.builder("t", "s", new UUID(1, 2), URI.create("https://e.x/"))
            .secrets(List.of(new SealedSecret("first", 1)))
            .build();

    @Test
    void theNewSecretComesFirstAndTheOldOneSignsUntilTheOverlapIsOver() {
        Subscription rotated = rotate(subscription, "second", HOUR, NOW);
        assertThat(rotated.secrets()).extracting(SealedSecret::sealed).containsExactly("second", "first");
        long over = NOW + HOUR.toMillis();
        assertThat(rotated.secrets().get(1).isUsedAt(over - 1)).isTrue();
        assertThat(rotated.secrets().get(1).isUsedAt(over)).isFalse();
        assertThat(rotated.secrets().get(0).isUsedAt(Long.MAX_VALUE)).isTrue();
        assertThat(Rotation.oldSecretsUntil(rotated, NOW)).isEqualTo("1970-01-01T01:16:40Z");
        assertThat(Rotation.oldSecretsUntil(rotated, over)).isNull();
    }

    @Test
    void aSecretWhoseTimeIsSetNeverSignsLonger() {
        Subscription twice = rotate(rotate(subscription, "second", HOUR, NOW), "third", Duration.ofDays(30), NOW + 1);
        assertThat(twice.secrets().get(2).expiresAtMillis()).isEqualTo(NOW + HOUR.toMillis());
    }

    @Test
    void withoutAnOverlapAllOldSecretsAreGone() {
        Subscription many = rotate(rotate(subscription, "second", HOUR, NOW), "third", Duration.ZERO, NOW + 1);
        assertThat(many.secrets()).extracting(SealedSecret::sealed).containsExactly("third");
    }

    @Test
    void whatHasExpiredIsLeftOutByTheNextRotation() {
        Subscription later = rotate(rotate(subscription, "second", HOUR, NOW), "third", HOUR, NOW + HOUR.toMillis());
        assertThat(later.secrets()).extracting(SealedSecret::sealed).containsExactly("third", "second");
    }

    @Test
    void aFifthSecretIsRefusedRatherThanAnOldOneCutShort() {
        Subscription many = subscription;
        for (String next : List.of("second", "third", "fourth")) {
            many = rotate(many, next, HOUR, NOW);
        }
        Subscription four = many;
        assertThatThrownBy(() -> rotate(four, "fifth", HOUR, NOW))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("overlap");
        assertThat(rotate(four, "fifth", Duration.ZERO, NOW).secrets()).hasSize(1);
    }

    @Test
    void anOverlapThatIsNoneIsRefusedByName() {
        for (String overlap : List.of("\"31d\"", "\"soon\"", "7", "\"-1s\"")) {
            assertThatThrownBy(
                            () -> Rotation.overlap((ObjectNode) Json.STRICT.readTree("{\"overlap\":" + overlap + "}")))
                    .as(overlap)
                    .isInstanceOf(ProblemException.class);
        }
        assertThatThrownBy(() -> Rotation.overlap(Json.TOPIC.createObjectNode().put("overlapp", "1h")))
                .isInstanceOf(ProblemException.class);
        assertThat(Rotation.overlap(Json.TOPIC.createObjectNode())).isEqualTo(Duration.ofHours(24));
    }

    private static Subscription rotate(Subscription current, String sealed, Duration overlap, long nowMillis) {
        Change change = Rotation.rotate(current, new SealedSecret(sealed, nowMillis), overlap, nowMillis);
        return ((Change.Put) change).subscription();
    }
}
