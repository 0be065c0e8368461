"""What networks tell about reach and resonance, in our words. The rules of ``integrations.contract`` hold here too."""

from integrations.insights.provider import FigureTelling, Measure, MeasuringProvider, PostMeasures

__all__ = ["FigureTelling", "Measure", "MeasuringProvider", "PostMeasures"]
