package dev.fanfare.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

class SeedsTest {

    @Test
    void theSameSeedGivesTheSameNumbersForTheSamePurpose() {
        Seeds seeds = new Seeds(42);
        assertThat(seeds.random("order").nextLong())
                .isEqualTo(new Seeds(42).random("order").nextLong())
                .isNotEqualTo(seeds.random("crash").nextLong())
                .isNotEqualTo(new Seeds(43).random("order").nextLong());
    }

    @Test
    void aFreshSeedIsUsedUnlessThePropertyNamesOne() {
        String before = System.getProperty(Seeds.PROPERTY);
        try {
            System.setProperty(Seeds.PROPERTY, "123");
            assertThat(Seeds.fromPropertyOrFresh().seed()).isEqualTo(123);
            System.clearProperty(Seeds.PROPERTY);
            assertThat(Seeds.fromPropertyOrFresh()).isNotEqualTo(Seeds.fromPropertyOrFresh());
        } finally {
            if (before != null) {
                System.setProperty(Seeds.PROPERTY, before);
            }
        }
    }

    /** Stands around {@link WithSeeds}, so that it sees the failure as the report would. */
    static final class ExpectTheSeedInTheFailure implements TestExecutionExceptionHandler {
        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure) {
            assertThat(failure).hasMessage("a planted failure");
            assertThat(failure.getSuppressed()).singleElement().satisfies(seed -> assertThat(seed)
                    .hasMessageMatching("seed=(\\d+); repeat with -Dfanfare.seed=\\1"));
        }
    }

    @Test
    @ExtendWith(ExpectTheSeedInTheFailure.class)
    @WithSeeds
    void aFailureNamesTheSeed(Seeds seeds) {
        throw new IllegalStateException("a planted failure");
    }
}
