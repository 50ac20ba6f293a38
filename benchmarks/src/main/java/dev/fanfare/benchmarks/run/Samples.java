package dev.fanfare.benchmarks.run;

import java.util.ArrayList;
import java.util.List;

/** What was seen every few milliseconds of a run. */
public final class Samples {
    /**
     * One look.
     *
     * @param nanos    {@link System#nanoTime()}
     * @param millis   Unix milliseconds, to find it in logs
     * @param received requests that the receiver has had since the run began
     */
    public record Sample(long nanos, long millis, long received, double ownCpu, double brokerCpu, double nginxCpu) {}

    /** From one look to another. */
    public record Window(Sample from, Sample to) {
        public long received() {
            return to.received() - from.received();
        }

        public double perSecond() {
            return received() * 1e9 / (to.nanos() - from.nanos());
        }

        /** CPU seconds of the process that is measured, per 100,000 requests. */
        public double ownCpu() {
            return per100k(to.ownCpu() - from.ownCpu());
        }

        public double brokerCpu() {
            return per100k(to.brokerCpu() - from.brokerCpu());
        }

        public double nginxCpu() {
            return per100k(to.nginxCpu() - from.nginxCpu());
        }

        private double per100k(double cpuSeconds) {
            return cpuSeconds * 100_000 / received();
        }
    }

    private final List<Sample> samples = new ArrayList<>();

    public void add(Sample sample) {
        samples.add(sample);
    }

    public Sample last() {
        return samples.get(samples.size() - 1);
    }

    /** The {@link Steady} part of the requests. */
    public Window steady(long total) {
        Sample from = null;
        Sample to = null;
        for (Sample sample : samples) {
            if (from == null && sample.received() >= Steady.from(total)) {
                from = sample;
            }
            if (sample.received() <= Steady.to(total)) {
                to = sample;
            }
        }
        if (from == null || to == null || to.nanos() <= from.nanos()) {
            throw BenchmarkFailure.of("the run was too short to be measured: use more --deliveries");
        }
        return new Window(from, to);
    }

    /** Requests per second over each tenth of the run: whether it still warms up, and whether it is even. */
    public String tenths(long total) {
        StringBuilder rates = new StringBuilder();
        Sample from = samples.get(0);
        for (Sample sample : samples) {
            if (sample.received() - from.received() >= total / 10 || sample == last() && sample != from) {
                rates.append(Math.round(new Window(from, sample).perSecond())).append("/s ");
                from = sample;
            }
        }
        return rates.toString().strip();
    }

    /** How many requests had come at a moment, between looks in proportion. */
    public double receivedAt(long millis) {
        Sample before = samples.get(0);
        for (Sample sample : samples) {
            if (sample.millis() >= millis) {
                long step = sample.millis() - before.millis();
                double share = step == 0 ? 0 : (double) (millis - before.millis()) / step;
                return before.received() + share * (sample.received() - before.received());
            }
            before = sample;
        }
        return before.received();
    }
}
