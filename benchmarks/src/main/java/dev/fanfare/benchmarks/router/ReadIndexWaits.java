package dev.fanfare.benchmarks.router;

import dev.fanfare.benchmarks.run.BenchmarkFailure;
import dev.fanfare.benchmarks.run.Figure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/**
 * How long a router's batches waited for the subscriptions that were promised before them, as the router itself counts
 * it since its start.
 */
record ReadIndexWaits(double batches, double seconds) {
    private static final String HISTOGRAM = "fanfare_router_read_index_seconds";

    /** Asks the router on this port. */
    static ReadIndexWaits of(int port) {
        String page = metrics(URI.create("http://127.0.0.1:" + port + "/metrics"));
        return new ReadIndexWaits(sum(page, HISTOGRAM + "_count"), sum(page, HISTOGRAM + "_sum"));
    }

    void addTo(Map<Figure, Double> figures) {
        figures.put(Figure.READ_INDEX_SECONDS, seconds);
        figures.put(Figure.READ_INDEX_MILLIS, batches == 0 ? 0 : seconds * 1_000 / batches);
    }

    private static String metrics(URI page) {
        try {
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw BenchmarkFailure.of("the router's metrics can't be read at " + page + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BenchmarkFailure.of("interrupted");
        }
    }

    private static double sum(String page, String series) {
        return page.lines()
                .filter(line -> line.startsWith(series + '{') || line.startsWith(series + ' '))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
