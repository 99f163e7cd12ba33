"""What runs tell whoever watches them: events, figures and traces, without anything of a person."""
