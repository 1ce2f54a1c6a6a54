package dev.culvert.daemon.steps;

import dev.culvert.about.Units;
import dev.culvert.daemon.approvals.Approval;
import dev.culvert.daemon.approvals.ApprovalListener;
import dev.culvert.daemon.approvals.Decision;
import dev.culvert.daemon.approvals.HostApprovals;
import dev.culvert.daemon.flows.Param;
import dev.culvert.daemon.flows.StepEnd;
import dev.culvert.daemon.flows.StepFailure;
import dev.culvert.daemon.flows.StepInput;
import dev.culvert.daemon.flows.StepKind;
import dev.culvert.daemon.flows.Values;
import dev.culvert.daemon.operations.Schema;
import dev.culvert.io.Quoted;
import dev.culvert.io.Workers;
import dev.culvert.settings.Node;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A step that waits until somebody allows the flow to go on. */
public final class ApproveStep implements StepKind {
    private static final Logger LOG = LoggerFactory.getLogger(ApproveStep.class);

    private final HostApprovals approvals;
    private final Workers workers;

    /**
     * @param workers do what blocks
     */
    public ApproveStep(HostApprovals approvals, Workers workers) {
        this.approvals = approvals;
        this.workers = workers;
    }

    @Override
    public String name() {
        return "approve";
    }

    @Override
    public String summary() {
        return "Wait until somebody allows the flow to go on";
    }

    @Override
    public List<Param> params() {
        return List.of(
                Param.of("question", Schema.TEXT, "What whoever decides is asked").required(),
                Param.of("details", Schema.ANY, "What whoever decides has to know"),
                Param.of(
                        "within",
                        Schema.TEXT,
                        "How long there is time to decide, such as `1h`; by default, and at most,"
                                + " as long as the step may take (`timeout`)"));
    }

    @Override
    public List<Param> results() {
        return List.of(
                Param.of("decided_by", Schema.TEXT, "Who allowed it"),
                Param.of("reason", Schema.TEXT, "Why, if that was said"),
                Param.of("approval", Schema.TEXT, "The id of the approval"));
    }

    /** The same question is asked once. */
    @Override
    public boolean isIdempotent(Node.Members params) {
        return true;
    }

    @Override
    public Runnable run(StepInput input, StepEnd end) {
        HostApprovals.Question question;
        try {
            question = question(input);
        } catch (NumberFormatException _) {
            end.failed(
                    new StepFailure(
                            "bad_parameter",
                            "approve.within is '%s': it takes a time such as \"10m\" or \"1h\""
                                    .formatted(Quoted.word(input.text("within", ""))),
                            false));
            return () -> {};
        }
        Asking asking = new Asking(question, end);
        approvals.listen(asking);
        work(question, asking::begin, end);
        return asking::stop;
    }

    private HostApprovals.Question question(StepInput input) {
        String within = input.text("within", "");
        Duration asked = within.isEmpty() ? input.patience() : Units.duration(within);
        Duration time = asked.compareTo(input.patience()) < 0 ? asked : input.patience();
        Map<String, Node> arguments = new LinkedHashMap<>();
        arguments.put("question", Values.text(input.text("question", "")));
        Node details = Params.member(input.params(), "details");
        if (details != null) {
            arguments.put("details", details);
        }
        Instant expires = approvals.now().plus(time);
        return new HostApprovals.Question(
                input.key(),
                "flow:" + input.run(),
                input.tenant(),
                input.run(),
                input.step(),
                "flow.go_on",
                Values.members(arguments).json(),
                input.text("question", ""),
                expires);
    }

    private interface Work {
        void run() throws IOException;
    }

    private void work(HostApprovals.Question question, Work work, StepEnd end) {
        try {
            workers.execute(
                    question.asker(),
                    () -> {
                        try {
                            work.run();
                        } catch (IOException e) {
                            end.failed(
                                    new StepFailure(
                                            "not_asked",
                                            "nobody can be asked: " + Quoted.message(e),
                                            true));
                        }
                    });
        } catch (RejectedExecutionException _) {
            end.failed(
                    new StepFailure(
                            "overloaded",
                            "too much work waits for the daemon's threads (workers.queue): try again later",
                            true));
        }
    }

    /** One question, until it is answered. */
    private final class Asking implements ApprovalListener {
        private final HostApprovals.Question question;
        private final StepEnd end;
        private final AtomicBoolean over = new AtomicBoolean();

        Asking(HostApprovals.Question question, StepEnd end) {
            this.question = question;
            this.end = end;
        }

        /** Blocks. */
        void begin() throws IOException {
            look(approvals.ask(question));
        }

        @Override
        public void onChanged(Approval approval) {
            if (approval.id().equals(question.id())) {
                look(approval);
            }
        }

        private void look(Approval approval) {
            Approval.State state = approval.state(approvals.now());
            switch (state) {
                case PENDING -> {}
                case ALLOWED -> close(() -> work(question, () -> use(approval), end));
                case USED -> close(() -> done(approval));
                case DENIED, EXPIRED, WITHDRAWN ->
                        close(() -> end.failed(failure(approval, state)));
            }
        }

        private void close(Runnable then) {
            if (over.compareAndSet(false, true)) {
                approvals.forget(this);
                then.run();
            }
        }

        /** Blocks. */
        private void use(Approval approval) throws IOException {
            approvals.use(question);
            done(approval);
        }

        private void done(Approval approval) {
            Decision decision = approval.decision();
            Map<String, Node> output = new LinkedHashMap<>();
            output.put("decided_by", Values.text(decision == null ? "" : decision.by()));
            output.put("reason", Values.text(decision == null ? "" : decision.reason()));
            output.put("approval", Values.text(approval.id()));
            end.done(Values.members(output));
        }

        /** Nobody waits for it any more. */
        void stop() {
            close(() -> {
                try {
                    workers.execute(
                            question.asker(),
                            () -> {
                                try {
                                    approvals.withdraw(question, "the flow was cancelled");
                                } catch (IOException e) {
                                    LOG.warn(
                                            "{} could not be withdrawn: {}",
                                            question.id(),
                                            e.getMessage());
                                }
                            });
                } catch (RejectedExecutionException e) {
                    LOG.debug("{} stays until it expires", question.id(), e);
                }
            });
        }
    }

    private static StepFailure failure(Approval approval, Approval.State state) {
        Decision decision = approval.decision();
        String sentence =
                switch (state) {
                    case EXPIRED ->
                            "nobody has decided in time, which counts as a denial: decide with 'culvert approvals', or give the step a longer 'timeout'";
                    case WITHDRAWN -> "the question was withdrawn";
                    case DENIED, PENDING, ALLOWED, USED ->
                            "%s has denied it%s"
                                    .formatted(
                                            decision == null ? "somebody" : decision.by(),
                                            decision == null || decision.reason().isEmpty()
                                                    ? ""
                                                    : ": " + decision.reason());
                };
        return new StepFailure(state.label(), sentence, false);
    }
}
