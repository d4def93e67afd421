import type { Answer } from '../http/exchange.ts';
import type { SourceMedium } from '@cxvault/plugin-api';

const soundOrPicture =
  /\b(audio|video|voice|voicemail|call|screen|recording|wav|mp3|mp4|m4a|mpeg|ogg|opus|webm|avi|g711|pcm)\b/i;
const mayBeHtml = /html?|e-?mail|attachment|document|file|chat|transcript/i;

/** True unless the answer's content type shows that an error page stands in for the medium. */
export function isPlausibleMedium(answer: Answer, medium: SourceMedium): boolean {
  const [contentType = ''] = (answer.headers.get('content-type') ?? '').toLowerCase().split(';');
  const described = `${medium.type ?? ''} ${medium.format ?? ''}`;
  const isSound = soundOrPicture.test(described);
  if (/^\s*(text\/html|application\/xhtml\+xml)\s*$/.test(contentType))
    return !isSound && mayBeHtml.test(described);
  return !(isSound && /^\s*(application\/(problem\+)?json|(application|text)\/xml)\s*$/.test(contentType));
}
