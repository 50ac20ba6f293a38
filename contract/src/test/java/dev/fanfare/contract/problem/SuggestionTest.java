package dev.fanfare.contract.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionTest {
    @Test
    void aSuggestionIsMadeWhereAWordIsNearAndOnlyThere() {
        List<String> words = List.of("http.port", "http.host", "access.key");
        assertThat(Suggestion.among(words, "http.prot")).isEqualTo(". Did you mean 'http.port'?");
        assertThat(Suggestion.among(words, "acces.key")).contains("access.key");
        assertThat(Suggestion.among(words, "something.else.entirely")).isEmpty();
        assertThat(Suggestion.among(List.of(), "x")).isEmpty();
    }
}
