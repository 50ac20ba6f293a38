package dev.fanfare.cli.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fanfare.cli.output.Printable;
import dev.fanfare.cli.shell.CommandFailure;
import dev.fanfare.contract.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Fanfare answered.
 *
 * @param retryAfter the header of that name
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ApiAnswer(int status, @Nullable String retryAfter, byte[] body) {

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /** The body as JSON. */
    public JsonNode json() {
        try {
            return Json.TOPIC.readTree(body);
        } catch (IOException e) {
            throw new CommandFailure("the answer is not JSON; is this Fanfare?", e);
        }
    }

    /** What a refusal says: the server's own words, from its problem document (RFC 9457). */
    public String words() {
        JsonNode problem;
        try {
            problem = Json.TOPIC.readTree(body);
        } catch (IOException e) {
            problem = null;
        }
        if (problem == null || !problem.isObject()) {
            return "answered " + status;
        }
        List<String> sentences = new ArrayList<>();
        for (JsonNode error : problem.path("errors")) {
            sentences.add(
                    error.path("field").asText() + " " + error.path("detail").asText());
        }
        if (sentences.isEmpty()) {
            sentences.add(problem.path("detail").asText(problem.path("title").asText("answered " + status)));
        }
        return Printable.line(String.join("; ", sentences)) + " (" + status + ")";
    }

    @Override
    public String toString() {
        return "ApiAnswer[" + status + ", " + body.length + " bytes]";
    }
}
