import type { SourceMedium } from '@cxvault/plugin-api';
import type { Answer } from '../http/exchange.ts';

const soundOrPicture =
  /\b(audio|video|voice|voicemail|call|screen|recording|wav|mp3|mp4|m4a|mpeg|ogg|opus|webm|avi|g711|pcm)\b/i;
const htmlFormat = /html?|mail|eml|mht|mime/i;
const htmlType = /html?|mail|attachment|document|file|chat|transcript/i;

const htmlContent = /^\s*(text\/html|application\/xhtml\+xml)\s*$/;
const errorContent = /^\s*(application\/(problem\+)?json|(application|text)\/xml)\s*$/;

/** True unless the answer's content type shows that an error page stands in for the medium. */
export function isPlausibleMedium(answer: Answer, { type, format }: SourceMedium): boolean {
  const [contentType = ''] = (answer.headers.get('content-type') ?? '').toLowerCase().split(';');
  if (soundOrPicture.test(`${type ?? ''} ${format ?? ''}`)) {
    return !htmlContent.test(contentType) && !errorContent.test(contentType);
  }
  if (!htmlContent.test(contentType)) return true;
  return format === undefined ? htmlType.test(type ?? '') : htmlFormat.test(format);
}
