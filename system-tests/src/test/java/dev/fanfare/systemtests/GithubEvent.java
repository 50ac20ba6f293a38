package dev.fanfare.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Real GitHub webhook events, one a line: {@code {"type":…,"source":…,"data":{…}}}. The large file lies beside the
 * checkout where Fanfare itself is made; elsewhere a small sample serves.
 *
 * @param id   the id that this test gives it
 * @param json the line with the id put in
 * @param data the bytes of its data, cut out of the line without a JSON parser
 */
record GithubEvent(String id, String type, byte[] json, byte[] data) {
    private static final String TYPE = "{\"type\":\"";
    private static final String DATA = "\"data\":";

    static List<GithubEvent> all() {
        Path shared = DevProcess.ROOT.resolveSibling("shared").resolve("data/github-events.jsonl");
        List<GithubEvent> events = new ArrayList<>();
        try {
            List<String> lines = Files.exists(shared)
                    ? Files.readAllLines(shared)
                    : Files.readAllLines(
                            DevProcess.ROOT.resolve("system-tests/src/test/resources/events-sample.jsonl"));
            for (String line : lines) {
                events.add(of("gh-" + events.size(), line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return events;
    }

    private static GithubEvent of(String id, String line) {
        if (!line.startsWith(TYPE) || !line.endsWith("}")) {
            throw new IllegalArgumentException("not a line of the expected form: " + line);
        }
        String type = line.substring(TYPE.length(), line.indexOf('"', TYPE.length()));
        String data = line.substring(line.indexOf(DATA) + DATA.length(), line.length() - 1);
        String withId = "{\"id\":\"" + id + "\"," + line.substring(1);
        return new GithubEvent(
                id, type, withId.getBytes(StandardCharsets.UTF_8), data.getBytes(StandardCharsets.UTF_8));
    }
}
